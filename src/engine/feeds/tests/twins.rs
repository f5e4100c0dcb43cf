//! Two entries that are one cluster: which of them serves.

use super::*;

/// What the row of a twin says.
fn twin_of(id: &str) -> String {
    format!("it is the same cluster as {id} ({id}.yaml): kube-system has the UID one in both")
}

#[tokio::test]
async fn of_two_entries_that_come_together_the_first_serves_whoever_answers_first() {
    for first_answers_first in [true, false] {
        let played = Played::new();
        // the primary is another one, which decides nothing here
        let registry = live(&[("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3")]);
        let mut started = played.follows(&registry).await;
        let (mut a, mut b, mut c) =
            (started.remove("a").unwrap(), started.remove("b").unwrap(), started.remove("c").unwrap());
        reads(&mut a, "three", "of-a").await;
        if first_answers_first {
            reads(&mut b, "one", "of-b").await;
            reads(&mut c, "one", "of-c").await;
            assert!(played.is_disputed() && c.2.is_cancelled() && !b.2.is_cancelled());
        } else {
            // nobody knows better yet
            reads(&mut c, "one", "of-c").await;
            assert!(!played.is_disputed());
            assert_eq!(played.facts().await, ["of-a", "of-c"]);
            // a registry that is read meanwhile changes nothing of who came with whom
            assert!(played.follows(&registry).await.is_empty());
            reads(&mut b, "one", "of-b").await;
            assert!(played.is_disputed() && !c.2.is_cancelled(), "it serves until the other one does");
        }
        assert!(played.follows(&registry).await.is_empty());
        assert!(c.2.is_cancelled() && !b.2.is_cancelled(), "first answers first: {first_answers_first}");
        assert_eq!(played.facts().await, ["of-a", "of-b"]);
        assert_eq!(played.clusters().await, ["a", "b"], "it is no cluster that anybody waits for");
        let (row, why) = (played.row("c"), twin_of("b"));
        assert_eq!((row.state, row.problem.as_deref()), (FeedState::Duplicate, Some(why.as_str())));
        let problems: Vec<_> = played.feeds.problems().iter().map(ToString::to_string).collect();
        assert_eq!(problems, [format!("c.yaml: {why}")]);
        let distinct = played.feeds.distinct(&registry);
        assert_eq!(distinct.entries.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        // what it says late changes nothing, and it stays out however often the registry is read
        say(&mut c.0, &c.1, "late").await;
        assert!(played.follows(&registry).await.is_empty());
        assert_eq!(played.facts().await, ["of-a", "of-b"]);
    }
}

#[tokio::test]
async fn an_entry_that_serves_stays_whatever_name_comes_later() {
    let played = Played::new();
    let before = live(&[("a", "10.0.0.1"), ("c", "10.0.0.3")]);
    let mut started = played.follows(&before).await;
    let (mut a, mut c) = (started.remove("a").unwrap(), started.remove("c").unwrap());
    reads(&mut a, "three", "of-a").await;
    reads(&mut c, "one", "of-c").await;
    // another name of it comes, which is the first of the two; and its own address is another one by the same edit
    let after = live(&[("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.4")]);
    let mut started = played.follows(&after).await;
    assert_eq!(started.keys().collect::<Vec<_>>(), ["b", "c"]);
    reads(started.get_mut("b").unwrap(), "one", "of-b").await;
    assert!(played.is_disputed() && started["b"].2.is_cancelled() && !c.2.is_cancelled());
    assert!(played.follows(&after).await.is_empty());
    reads(started.get_mut("c").unwrap(), "one", "of-c").await;
    assert!(c.2.is_cancelled() && !started["c"].2.is_cancelled(), "its new source takes over");
    assert!(played.follows(&after).await.is_empty());
    assert_eq!(played.facts().await, ["of-a", "of-c"]);
    assert_eq!(played.clusters().await, ["a", "c"]);
    let (row, why) = (played.row("b"), twin_of("c"));
    assert_eq!((row.state, row.problem.as_deref()), (FeedState::Duplicate, Some(why.as_str())));
    assert_eq!((played.row("c").state, played.row("c").problem), (FeedState::Synced, None));

    // it leaves, and the other name serves
    let mut without = after.clone();
    without.entries.retain(|entry| entry.id.as_str() != "c");
    let mut again = played.follows(&without).await;
    assert_eq!(again.keys().collect::<Vec<_>>(), ["b"]);
    reads(again.get_mut("b").unwrap(), "one", "of-b").await;
    assert_eq!((played.row("b").state, played.row("b").problem), (FeedState::Synced, None));
    assert_eq!(played.facts().await, ["of-a", "of-b"]);
    assert_eq!(played.feeds.problems(), []);
    // it is back, and finds its place taken
    let mut back = played.follows(&after).await;
    reads(back.get_mut("c").unwrap(), "one", "of-c").await;
    assert!(played.is_disputed() && played.follows(&after).await.is_empty());
    assert_eq!(played.row("c").problem, Some(twin_of("b")));
    assert_eq!(played.facts().await, ["of-a", "of-b"]);
}

#[tokio::test]
async fn the_primary_is_kept_out_by_nobody() {
    let played = Played::new();
    let before = live(&[("a", "10.0.0.1"), ("c", "10.0.0.3")]);
    let mut started = played.follows(&before).await;
    reads(started.get_mut("a").unwrap(), "three", "of-a").await;
    reads(started.get_mut("c").unwrap(), "one", "of-c").await;
    // another name of c comes, and stays out
    let after = live(&[("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3")]);
    let mut b = played.follows(&after).await.remove("b").unwrap();
    reads(&mut b, "one", "of-b").await;
    assert!(played.follows(&after).await.is_empty());
    assert_eq!(played.row("b").problem, Some(twin_of("c")));
    // until somebody says that it is the primary
    let dir = tempfile::TempDir::new().unwrap();
    for (id, host) in [("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3")] {
        write(&dir.path().join(format!("{id}.yaml")), &kubeconfig(host));
    }
    write(&dir.path().join("mesh.yaml"), "apiVersion: meshctl/v1\nkind: Mesh\nprimary: b\n");
    let moved = Registry::read(dir.path(), &ReadOptions::default()).unwrap();
    assert_eq!(moved.entries[0].id.as_str(), "b");
    let mut b = played.follows(&moved).await.remove("b").unwrap();
    reads(&mut b, "one", "of-b").await;
    assert!(played.is_disputed() && played.follows(&moved).await.is_empty());
    assert_eq!(played.row("c").problem, Some(twin_of("b")));
    assert_eq!(played.facts().await, ["of-a", "of-b"]);
}

#[tokio::test]
async fn two_entries_may_change_places() {
    for first in ["b", "c"] {
        let second = if first == "b" { "c" } else { "b" };
        let played = Played::new();
        let before = live(&[("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3")]);
        let mut started = played.follows(&before).await;
        for (id, uid) in [("a", "three"), ("b", "one"), ("c", "two")] {
            reads(started.get_mut(id).unwrap(), uid, &format!("of-{id}")).await;
        }
        // what their files said is exchanged
        let after = live(&[("a", "10.0.0.1"), ("b", "10.0.0.3"), ("c", "10.0.0.2")]);
        let mut next = played.follows(&after).await;
        let uid = |id: &str| if id == "b" { "two" } else { "one" };
        reads(next.get_mut(first).unwrap(), uid(first), &format!("now-of-{first}")).await;
        assert!(next[first].2.is_cancelled(), "the other one still serves it");
        assert!(played.follows(&after).await.is_empty());
        reads(next.get_mut(second).unwrap(), uid(second), &format!("now-of-{second}")).await;
        assert!(
            played.is_disputed() && !next[second].2.is_cancelled(),
            "{second} would wait for {first}, and {first} for it"
        );
        let mut again = played.follows(&after).await;
        assert_eq!(again.keys().collect::<Vec<_>>(), [first], "what it waited for has moved on");
        reads(again.get_mut(first).unwrap(), uid(first), &format!("now-of-{first}")).await;
        assert!(played.follows(&after).await.is_empty());
        assert_eq!(played.facts().await, ["of-a", "now-of-b", "now-of-c"]);
        assert_eq!(played.feeds.problems(), []);
        assert_eq!(played.clusters().await, ["a", "b", "c"]);
    }
}

#[tokio::test]
async fn a_later_twin_never_takes_over_and_keeps_what_it_was() {
    let played = Played::new();
    let registry = live(&[("a", "10.0.0.1"), ("b", "10.0.0.2")]);
    let mut started = played.follows(&registry).await;
    let (mut a, mut b) = (started.remove("a").unwrap(), started.remove("b").unwrap());
    reads(&mut a, "one", "of-a").await;
    reads(&mut b, "two", "of-b").await;
    assert!(!played.is_disputed());
    // its kubeconfig is replaced by one of the other's API server
    let rotated = live(&[("a", "10.0.0.1"), ("b", "10.0.0.3")]);
    let mut next = played.follows(&rotated).await.remove("b").unwrap();
    reads(&mut next, "one", "of-twin").await;
    assert!(played.is_disputed() && next.2.is_cancelled() && !b.2.is_cancelled());
    assert!(played.follows(&rotated).await.is_empty());
    assert_eq!(played.facts().await, ["of-a", "of-b"], "its last good source goes on");
    let row = played.row("b");
    assert_eq!(row.state, FeedState::Synced);
    assert!(row.problem.is_some_and(|why| why.starts_with("it is the same cluster as a")));
    // the other leaves: it may take over now, by a source that starts anew
    let mut alone = rotated.clone();
    alone.entries.retain(|entry| entry.id.as_str() == "b");
    let mut again = played.follows(&alone).await.remove("b").unwrap();
    reads(&mut again, "one", "of-twin").await;
    assert_eq!(played.facts().await, ["of-twin"]);
    assert_eq!(played.row("b").problem, None);
    assert!(b.2.is_cancelled());
}

#[tokio::test]
async fn a_folder_is_nobodys_twin() {
    let played = Played::new();
    let registry = live(&[("a", "10.0.0.1"), ("b", "10.0.0.2")]);
    let mut copied = registry.clone();
    copied.entries[1].source = Source::Folder("b".into());
    let mut started = played.follows(&copied).await;
    for (id, service) in [("a", "of-a"), ("b", "of-copy")] {
        reads(started.get_mut(id).unwrap(), "one", service).await;
    }
    assert!(played.follows(&copied).await.is_empty() && !played.is_disputed());
    assert_eq!(played.facts().await, ["of-a", "of-copy"]);
}
