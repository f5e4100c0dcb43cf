//! Templates and values that go wrong, and how a remote points at pilot.

use super::*;

fn target(role: ClusterRole) -> Target {
    let id = |s| ClusterId::parse(s).unwrap_or_default();
    Target {
        cluster: id("on-prem"),
        role,
        primary: id("gke"),
        network: String::new(),
        pilot_address: String::new(),
        trust_domain: "cluster.local".into(),
        namespace: "istio-system".into(),
        settings: json!({"apiVersion": "meshctl/v1", "kind": "Mesh"}),
    }
}

fn one(text: &str, values: &Values) -> Result<Vec<Object>, RenderError> {
    documents("bad.txt", text, &facts(&target(ClusterRole::Primary), values, "i")?)
}

#[test]
fn a_typing_error_in_a_template_is_an_error() {
    let values = Values::default();
    let head = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n";
    assert_eq!(one(head, &values).map(|o| o.len()), Ok(1));
    let text = |t: &str| one(t, &values).map(|_| String::new()).unwrap_or_else(|e| e.to_string());
    assert_eq!(
        text(&format!("{head}automountToken: false\n")),
        "the template bad.txt renders a bad ServiceAccount/a: the field automountToken is unknown to the API"
    );
    assert!(text("a: {{ vlaues.image }}").contains("undefined value"));
    assert!(text("a: {{ values.discovery.replica }}").contains("line 1"));
    assert!(text("a: {{").contains("does not render"));
    assert!(text("a: [").contains("no valid YAML"));
    assert!(text("a: 1").contains("without apiVersion"));
}

#[test]
fn values_stay_data_whatever_a_template_is_called() {
    let mut values = Values::default();
    let evil = "a: b\n- {evil}\n---\n\u{7f}\u{85}\u{2028}\"'\\";
    values.discovery.pod_annotations.insert(evil.into(), evil.into());
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {{ values.discovery.podAnnotations }}\n";
    let objects = one(text, &values);
    assert!(objects.is_ok(), "{objects:?}");
    let objects = objects.unwrap_or_default();
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0].value["data"], json!({evil: evil}));
    let again = objects[0].to_yaml().and_then(|t| yaml::documents(&t));
    assert_eq!(again, Ok(vec![objects[0].value.clone()]));
}

#[test]
fn a_remote_points_at_pilot_by_slice_address_or_name() {
    let of = |address: &str, families: Vec<Family>| {
        let mut values = Values::default();
        values.discovery.families = families;
        let target = Target { pilot_address: address.into(), ..target(ClusterRole::Remote) };
        render(&target, &values, "i").map(|m| {
            let files: Vec<String> = m.objects.iter().map(|o| o.key.file_name()).collect();
            let slices: Vec<Value> =
                m.objects.iter().filter(|o| o.key.kind == "EndpointSlice").map(|o| o.value.clone()).collect();
            (files, slices)
        })
    };
    let rights = "role-istio-system-istio-reader-slices.yaml".to_owned();
    let Ok((files, slices)) = of("", vec![Family::IPv6, Family::IPv4, Family::IPv4]) else { panic!("renders") };
    assert!(
        files.contains(&rights) && files.contains(&"endpointslice-istio-system-istio-pilot-gke-v6.yaml".to_owned())
    );
    assert_eq!(slices.iter().map(|s| s["endpoints"].clone()).collect::<Vec<_>>(), vec![json!([]), json!([])]);
    let Ok((files, slices)) = of("fd00::1", vec![Family::IPv4]) else { panic!("renders") };
    assert!(!files.contains(&rights), "an address that is fixed is not discovery's to change");
    assert_eq!(
        (slices.len(), &slices[0]["addressType"], &slices[0]["endpoints"][0]["addresses"]),
        (1, &json!("IPv6"), &json!(["fd00::1"]))
    );
    let Ok((files, slices)) = of("pilot.example.com", vec![Family::IPv4]) else { panic!("renders") };
    assert!(slices.is_empty() && !files.contains(&rights));
    let Ok((files, slices)) = of("", vec![]) else { panic!("renders") };
    assert!(slices.is_empty() && !files.contains(&rights), "an empty list of names is a right to all");
    assert!(matches!(of("1.2.3.4:15012", vec![]), Err(RenderError::Setting { setting: "pilotAddress", .. })));
}
