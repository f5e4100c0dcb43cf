//! The image: what the Dockerfile makes is what `image/files.txt` lists, and nothing else.

use std::path::Path;
use std::process::Command;

const DOCKERFILE: &str = include_str!("../../Dockerfile");
const FILES: &str = include_str!("../../image/files.txt");

/// The instructions of the Dockerfile, by stage: `(name, instructions)`.
fn stages() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut stages: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in DOCKERFILE.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match line.strip_prefix("FROM ") {
            Some(base) => stages.push((base.split(" AS ").nth(1).unwrap_or(base), Vec::new())),
            None => stages.last_mut().expect("a Dockerfile begins with FROM").1.push(line),
        }
    }
    stages
}

/// The lines of the list: a path in the image and where it comes from.
fn listed() -> Vec<(&'static str, &'static str)> {
    let lines = FILES.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.map(|l| l.split_once(' ').map(|(path, from)| (path, from.trim())).expect("a line has two words")).collect()
}

#[test]
fn the_dockerfile_takes_nothing_but_the_list() {
    let stages = stages();
    let (base, last) = stages.last().unwrap();
    // no base image: nothing is in it that no line lists, and so no shell
    assert_eq!(*base, "scratch");
    let copies: Vec<&&str> = last.iter().filter(|i| i.starts_with("COPY ") || i.starts_with("ADD ")).collect();
    assert_eq!(copies, [&"COPY --from=gather /out/ /"]);
    assert!(!last.iter().any(|i| i.starts_with("RUN ")), "{last:?}");
    assert!(last.contains(&"USER 1337:1337"));
    let gather = &stages.iter().find(|(name, _)| *name == "gather").unwrap().1;
    let gathered = gather.iter().filter(|i| i.contains("/out")).collect::<Vec<_>>();
    assert_eq!(gathered.len(), 1, "one command fills the folder: {gathered:?}");
    let command: Vec<&str> = gathered[0].split_whitespace().collect();
    assert_eq!(&command[..4], ["RUN", "image/gather", "image/files.txt", "/out"]);
    // it gives what the list leaves to it, from where a stage has put it
    for (_, from) in listed().into_iter().filter(|(_, from)| from.bytes().all(|b| b.is_ascii_uppercase())) {
        let prefix = format!("{from}=");
        let given = command.iter().find_map(|word| word.strip_prefix(&*prefix)).expect(from);
        assert!(gather.iter().any(|i| i.starts_with("COPY --from=") && i.ends_with(given)), "{given}");
    }
}

#[test]
fn the_list_has_what_the_mesh_runs() {
    let paths: Vec<&str> = listed().into_iter().map(|(path, _)| path).collect();
    let needed = ["meshctl", "envoy", "iptables-restore", "ip6tables-restore", "nft"];
    for program in needed {
        let found = paths.iter().any(|p| Path::new(p).file_name().is_some_and(|name| name == program));
        assert!(found, "{program} is not in image/files.txt");
    }
    for (path, from) in listed() {
        assert!(path.starts_with('/'), "{path}");
        assert!(!path.ends_with("/sh") && !path.ends_with("bash") && !path.ends_with("busybox"), "no shell: {path}");
        if let Some(target) = from.strip_prefix("-> ") {
            let beside = Path::new(path).with_file_name(target);
            assert!(paths.contains(&&*beside.to_string_lossy()), "{path} leads to {target}, which nothing lists");
        }
    }
}

#[test]
fn gathering_brings_the_libraries_and_names_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (list, out) = (folder.path().join("list"), folder.path().join("out"));
    std::fs::write(&list, "# a program, and a link to it\n/bin/app APP\n/bin/other -> app\n").unwrap();
    let gather = |given: &[String]| {
        let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("image/gather"));
        command.arg(&list).arg(&out).args(given).output().unwrap()
    };
    let refused = gather(&[]);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("APP= is not given"));
    let refused = gather(&["APP=/nowhere/app".to_owned()]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("there is no /nowhere/app, which is to be /bin/app"), "{said}");
    let done = gather(&[format!("APP={}", env!("CARGO_BIN_EXE_meshctl"))]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(std::fs::read_link(out.join("bin/other")).unwrap(), Path::new("app"));
    let mut command = Command::new("find");
    let found = command.arg(&out).args(["-name", "libc.so.*"]).output().unwrap().stdout;
    assert!(!found.is_empty(), "the C library came with the program");
}

/// The loader's word is believed: an image that lacks a library would be found out by whoever starts it.
#[test]
fn a_library_that_is_missing_ends_the_gathering() {
    let folder = tempfile::tempdir().unwrap();
    let (list, out) = (folder.path().join("list"), folder.path().join("out"));
    std::fs::write(&list, "/bin/app APP\n").unwrap();
    let app = folder.path().join("app");
    std::fs::write(&app, "a program").unwrap();
    let ldd = folder.path().join("ldd");
    for (says, wanted) in [
        ("echo '\tlibx.so.1 => not found'", "libx.so.1 => not found"),
        ("echo \"/app: /lib/libc.so.6: version 'GLIBC_2.99' not found (required by /app)\" >&2; exit 1", "GLIBC_2.99"),
        ("echo '\tnot a dynamic executable' >&2; exit 1", ""),
    ] {
        crate::harness::program(&ldd, &format!("#!/bin/sh\n{says}\n"));
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("image/gather"));
        let done =
            command.arg(&list).arg(&out).arg(format!("APP={}", app.display())).env("PATH", path).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.success(), wanted.is_empty(), "{says}: {said}");
        let needs = format!("something that {} needs is not here", app.display());
        assert!(wanted.is_empty() || (said.contains(&needs) && said.contains(wanted)), "{says}: {said}");
    }
}
