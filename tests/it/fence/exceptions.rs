//! Who may read clocks, the environment and files, start programs and print: `clippy.toml` denies it to all, and an exception
//! is one file's, which stands in the table below. A room as a whole has none, but for the one whose job files are.

use super::{root, rust_files};

/// The files of `src/` that are excepted. A row changes only with the reason in the file.
const EXCEPTED: [&str; 12] = [
    "src/adapters/files/mod.rs",
    "src/adapters/files/temp.rs",
    "src/adapters/k8s/client.rs",
    "src/adapters/k8s/plugin.rs",
    "src/adapters/registry/follow.rs",
    "src/adapters/registry/live.rs",
    "src/adapters/serve/clock.rs",
    "src/adapters/serve/shutdown.rs",
    "src/cli/context.rs",
    "src/cli/output.rs",
    "src/main.rs",
    "src/workflows/demo/proxy/envoy.rs",
];

/// The part of a file that is not its tests.
fn body(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[test]
fn exceptions_are_as_narrow_as_the_table() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let read = |file: &String| std::fs::read_to_string(root().join(file)).unwrap();
    // a file of tests is one that its parent declares as such
    let of_tests = |file: &String| {
        let folder = file.strip_suffix("/tests.rs");
        let mut parents = folder.into_iter().flat_map(|f| [format!("{f}.rs"), format!("{f}/mod.rs")]);
        let parent = parents.find(|parent| root().join(parent).exists());
        parent.is_some_and(|parent| read(&parent).contains("#[cfg(test)]\n"))
    };
    files.retain(|file| !of_tests(file) && body(&read(file)).contains("clippy::disallowed_methods"));
    assert_eq!(files, EXCEPTED);
    // what is expected must be there: an exception that nobody needs any more is a warning, and so an error
    let loose = files.iter().filter(|file| body(&read(file)).contains("allow(clippy::disallowed_methods"));
    assert_eq!(loose.collect::<Vec<_>>(), [] as [&String; 0], "say expect, with a reason");
}

/// Files are reached in three ways; each has all of its ways in the list.
#[test]
fn files_are_denied_whichever_way_they_are_reached() {
    let text = std::fs::read_to_string(root().join("clippy.toml")).unwrap();
    let denied = |path: &str| text.contains(&format!("{{ path = \"{path}\", reason = "));
    let functions = [
        "canonicalize",
        "copy",
        "create_dir",
        "create_dir_all",
        "hard_link",
        "metadata",
        "read",
        "read_dir",
        "read_link",
        "read_to_string",
        "remove_dir",
        "remove_dir_all",
        "remove_file",
        "rename",
        "set_permissions",
        "symlink_metadata",
        "write",
        "File::open",
        "File::create",
        "File::create_new",
        "File::options",
        "OpenOptions::new",
        "OpenOptions::open",
        "DirBuilder::new",
    ];
    for function in functions {
        for module in ["std", "tokio"] {
            assert!(denied(&format!("{module}::fs::{function}")), "{module}::fs::{function}");
        }
    }
    for method in [
        "canonicalize",
        "exists",
        "is_dir",
        "is_file",
        "is_symlink",
        "metadata",
        "read_dir",
        "read_link",
        "symlink_metadata",
        "try_exists",
    ] {
        assert!(denied(&format!("std::path::Path::{method}")), "Path::{method}");
    }
    for other in ["std::fs::exists", "tokio::fs::try_exists", "tokio::fs::symlink", "std::os::unix::fs::symlink"] {
        assert!(denied(other), "{other}");
    }
}
