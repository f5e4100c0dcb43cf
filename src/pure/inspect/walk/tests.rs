//! Dumps of every shape, walked over: what is shown of them, and what is said of the rest.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::pure::inspect::in_words;

fn names(text: &str, wanted: &[Section]) -> (Vec<String>, Result<Summary, DumpError>) {
    let mut seen = Vec::new();
    let summary = walk(&mut text.as_bytes(), wanted, &mut |e| {
        seen.push(format!("{} {:?} {}", e.section, e.group, String::from_utf8_lossy(e.json)));
        Visit::Done
    });
    (seen, summary)
}

#[test]
fn sections_are_found_by_both_spellings() {
    let text = r#"{"configs":[{"@type":"x/envoy.admin.v3.ClustersConfigDump","staticClusters":[{"a":1}],"dynamic_warming_clusters":[2]},
        {"@type":"x/envoy.admin.v3.ListenersConfigDump"},{"@type":"x/acme.Other","things":[{}]}]}"#;
    let (seen, summary) = names(text, &[Section::Clusters]);
    assert_eq!(seen, [r#"clusters Static {"a":1}"#, "clusters Warming 2"]);
    let summary = summary.unwrap();
    assert_eq!(summary.sections.into_iter().collect::<Vec<_>>(), [Section::Clusters, Section::Listeners]);
    assert_eq!(summary.unknown.into_iter().collect::<Vec<_>>(), [("x/acme.Other".to_owned(), 1)]);
    assert_eq!(summary.problems, []);
}

#[test]
fn an_answer_to_resource_is_elements_side_by_side() {
    let text = r#"{"configs":[{"@type":"x/envoy.admin.v3.ClustersConfigDump.DynamicCluster","cluster":{}}]}"#;
    assert_eq!(names(text, &[Section::Clusters]).0, [r#"clusters Dynamic {"cluster":{}}"#]);
}

#[test]
fn how_a_pilots_dump_stands_is_read() {
    let of = |more: &str| {
        let text = format!(r#"{{"configs":[{{"@type":"x/envoy.admin.v3.ClustersConfigDump"}}],{more}}}"#);
        let summary = names(&text, &[Section::Clusters]).1.unwrap();
        (summary.computed, summary.outdated)
    };
    assert_eq!(of(r#""source":"computed""#), (true, false));
    assert_eq!(of(r#""source":"current","upToDate":false"#), (false, true));
    assert_eq!(of(r#""source":7,"upToDate":true"#), (false, false));
}

#[test]
fn what_is_no_dump_is_refused() {
    assert!(matches!(names("", &[Section::Clusters]).1, Err(DumpError::Empty)));
    assert!(matches!(names("<html>", &[Section::Clusters]).1, Err(DumpError::NotJson('<'))));
    assert!(matches!(names(r#"{"a":1}"#, &[Section::Clusters]).1, Err(DumpError::NotADump)));
    assert!(matches!(names("[{}]", &Section::ALL).1, Err(DumpError::Bare)));
    assert!(matches!(names(r#"[{"name":"a"}]"#, &[Section::Bootstrap]).1, Err(DumpError::Bare)));
}

#[test]
fn a_bare_array_holds_what_its_elements_say() {
    let clusters = r#"{"@type":"x/envoy.config.cluster.v3.Cluster"}"#;
    let listeners = r#"{"@type":"x/envoy.config.listener.v3.Listener"}"#;
    let mixed = format!(r#"[{clusters},{listeners},{{"name":"a"}},{{"@type":"x/acme.Thing"}}]"#);
    let (seen, summary) = names(&mixed, &[Section::Clusters]);
    assert_eq!(seen, [format!("clusters Bare {clusters}"), r#"clusters Bare {"name":"a"}"#.to_owned()]);
    let others = summary.unwrap().others;
    assert_eq!(in_words(&others), "1 listener, 1 of the type x/acme.Thing");
    for cut in ["]", ",", r#",{"@ty"#] {
        let error = names(&format!("[{listeners}{cut}"), &[Section::Clusters]).1.unwrap_err();
        assert_eq!(error.to_string(), "it holds no clusters: it is an array of 1 listener");
    }
    let (seen, summary) = names(&format!("[{clusters},{listeners}]"), &Section::ALL);
    assert_eq!((seen.len(), summary.unwrap().others.len()), (2, 0));
    assert!(names("[ ]", &[Section::Clusters]).1.unwrap().is_empty_array);
    for wanted in [&[Section::Bootstrap][..], &Section::ALL] {
        assert!(matches!(names("[]", wanted).1, Err(DumpError::EmptyArray)));
    }
}

#[test]
fn what_a_hostile_dump_makes_us_keep_is_bounded() {
    let types = (0..200).map(|i| format!(r#"{{"@type":"x/acme.Thing{i}"}}"#)).collect::<Vec<_>>();
    let long = format!(r#"{{"@type":"x/{}"}}"#, "y".repeat(MAX_KEY));
    let bare = format!(r#"[{{"name":"a"}},{long},{}]"#, types.join(","));
    let others = names(&bare, &[Section::Clusters]).1.unwrap().others;
    assert_eq!((others.len(), others.values().sum::<u64>()), (50, 201));
    assert_eq!(others[&Kind::Other], 152);
    let unknown = names(&format!(r#"{{"configs":[{}]}}"#, types.join(",")), &Section::ALL).1.unwrap().unknown;
    assert_eq!((unknown.len(), unknown["other types"]), (51, 150));
}

#[test]
fn a_reader_that_goes_early_hears_of_nothing_else() {
    let text = r#"[{"@type":"x/acme.Thing"},{"name":"a"}]"#;
    let summary = walk(&mut text.as_bytes(), &[Section::Clusters], &mut |_| Visit::Stop);
    assert_eq!(summary.unwrap().problems, []);
}

#[test]
fn an_element_of_a_bare_array_that_is_too_large_is_left_out() {
    let large = format!(r#"[{{"@type":"x/envoy.config.cluster.v3.Cluster","name":"{}"}}]"#, "y".repeat(MAX_ELEMENT));
    for wanted in [&Section::ALL[..], &[Section::Clusters]] {
        let problems = names(&large, wanted).1.unwrap().problems;
        assert_eq!(problems, [Problem::TooLarge { what: "number 1 of the array".to_owned() }]);
    }
}

#[test]
fn a_dump_that_ends_early_says_where_and_what_was_read() {
    let text = r#"{"configs":[{"dynamic_active_clusters":[{"a":1},{"a":2},{"a"#;
    let (seen, summary) = names(text, &[Section::Clusters]);
    assert_eq!(seen.len(), 2);
    assert_eq!(
        summary.unwrap().problems[0].to_string(),
        "the dump cannot be read to its end, in the middle of dynamic_active_clusters: it ends at byte 59; 2 clusters were read"
    );
}
