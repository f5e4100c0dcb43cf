//! Folders one too high or too low, files where folders belong, names that lead nowhere: each is told, with the right name.

use super::Bench;

#[test]
fn a_folder_too_high_or_too_low_is_told_with_the_right_one() {
    let bench = Bench::new();
    bench.ca("init --dir a/mesh-ca --cluster gke").says(2, &["there is no folder a\n", "hint: make it: mkdir -p a\n"]);
    std::fs::create_dir(bench.path("a")).unwrap();
    bench.ok("init --dir a/mesh-ca --cluster gke");
    let said = bench.ca("show --dir a");
    said.says(2, &["there is no CA in a, but in a folder of it", "hint: meshctl ca show --dir a/mesh-ca"]);
    let said = bench.ca("show --dir a/mesh-ca/gke");
    said.says(2, &["a/mesh-ca/gke is one cluster's part of a CA", "meshctl ca show --dir a/mesh-ca\n"]);
    said.says(2, &["meshctl ca verify a/mesh-ca/gke"]);
    bench.ca("show --dir a/mesh-ca/root-cert.pem").says(2, &["it is a file, not a folder", "hint:"]);
    bench.ca("show --dir nowhere").says(2, &["there is no CA in nowhere", "meshctl ca init --dir nowhere"]);
    // a part may be verified alone
    bench.ok("verify a/mesh-ca/gke");
    bench.ca("verify --dir a").says(2, &["there is no CA in a", "meshctl ca verify a/mesh-ca"]);
    let said = bench.ca("verify a a/mesh-ca");
    said.shows(2, &["error", "a", "reading", "there is no CA in it"]);
    said.shows(2, &["ok", "a/mesh-ca/gke"]);
    assert!(said.err.contains("hint: there is one below it: meshctl ca verify a/mesh-ca"), "{}", said.err);
    // nor is one made there
    let before = bench.files(&bench.path("a"));
    bench.ca("init --dir a --cluster gke").says(2, &["holds other things", "meshctl ca init --dir a/mesh-ca"]);
    let said = bench.ca("init --dir a/mesh-ca/gke --cluster two --root-key a/mesh-ca/root-key.pem");
    said.says(2, &["is one cluster's part of a CA, so none is made there", "meshctl ca init --dir a/mesh-ca"]);
    assert_eq!(bench.files(&bench.path("a")), before);
}

#[test]
fn all_that_is_named_is_judged_and_told_together() {
    let bench = Bench::new();
    bench.ok("init --cluster gke");
    let said = bench.ca("verify nope mesh-ca nada.pem");
    said.shows(2, &["error", "nope", "reading", "it does not exist"]);
    said.shows(2, &["error", "nada.pem", "reading", "it does not exist"]);
    said.shows(2, &["ok", "mesh-ca/gke", "intermediate CA gke"]);
    assert_eq!(said.err.matches("hint: name CA folders, or PEM files").count(), 1, "{}", said.err);
}

#[test]
fn a_certificate_that_cannot_be_read_shows_why_and_nobody_elses_data() {
    let bench = Bench::new();
    bench.ok("init --cluster gke --cluster on-prem");
    bench.write("mesh-ca/gke/ca-cert.pem", "garbage\n");
    let said = bench.ca("show");
    assert_eq!(said.code, 1, "{}", said.out);
    let row = |cluster: &str| said.out.lines().find(|l| l.starts_with(cluster)).unwrap().to_owned();
    let cells: Vec<String> = row("gke ").split_whitespace().map(str::to_owned).collect();
    assert_eq!(cells[..5], ["gke", "-", "-", "-", "-"]);
    assert!(row("gke ").contains("broken: ca-cert.pem: it holds no PEM block"), "{}", said.out);
    assert!(row("on-prem ").ends_with(" ok"), "{}", said.out);
    assert!(said.err.contains("meshctl ca verify mesh-ca"), "{}", said.err);
    bench.write("mesh-ca/root-cert.pem", "");
    let said = bench.ca("show");
    let root = said.out.lines().find(|l| l.starts_with("(root)")).unwrap();
    assert!(root.contains("broken: root-cert.pem: it holds no PEM block"), "{}", said.out);
    // a root alone is still what is compared
    bench.ok("init --dir other --cluster x");
    bench.ok("verify other/root-cert.pem other/x/root-cert.pem");
}

#[test]
fn a_root_key_that_cannot_be_is_told_before_anything_is_made() {
    let bench = Bench::new();
    let said = bench.ca("init --cluster gke --root-key usb/root.pem");
    said.says(2, &["making the root key usb/root.pem failed: there is no folder usb", "hint: make the folder"]);
    assert!(!bench.path("mesh-ca").exists());
    bench.write("no.pem", "no key");
    let said = bench.ca("init --cluster gke --root-key no.pem");
    said.says(2, &["the root key no.pem cannot be used", "a file with the root's private key", "--root-key FILE"]);
    assert!(!bench.path("mesh-ca").exists());
    bench.ok("init --cluster gke");
    let said = bench.ca("init --cluster two --root-key mesh-ca");
    said.says(2, &["reading mesh-ca failed: it is a folder", "--root-key mesh-ca/root-key.pem"]);
    bench.ca("init --cluster two --root-key usb/root.pem").says(2, &["usb/root.pem is not there", "--root-key FILE"]);
    bench.ok("init --dir other --cluster x");
    let said = bench.ca("init --cluster two --root-key other/root-key.pem");
    said.says(2, &["does not match root-cert.pem", "with the key of this root", "--dir NEW-FOLDER"]);
}
