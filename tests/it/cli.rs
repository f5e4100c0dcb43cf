//! The shell as a user meets it: help, usage errors, completions, man pages, a reader that is gone.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{Meshctl, finish, have};

/// Every command of the tree, as its words; the program itself is the empty one. `help` is clap's own.
fn commands() -> Vec<(Vec<String>, clap::Command)> {
    fn walk(path: &[String], command: &clap::Command, out: &mut Vec<(Vec<String>, clap::Command)>) {
        out.push((path.to_vec(), command.clone()));
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            walk(&[path, &[sub.get_name().to_owned()]].concat(), sub, out);
        }
    }
    let mut out = Vec::new();
    walk(&[], &meshctl::cli::command(), &mut out);
    assert!(out.len() > 8, "the tree has only {} commands", out.len());
    out
}

#[test]
fn every_command_explains_itself() {
    let meshctl = Meshctl::new();
    let mut faults = Vec::new();
    for (path, command) in commands() {
        let name = format!("meshctl {}", path.join(" "));
        let args: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let ran = meshctl.run(&args).exits(0);
        let mut demand = |holds: bool, what: &str| {
            if !holds {
                faults.push(format!("{}: {what}", name.trim()));
            }
        };
        demand(ran.stderr.is_empty(), "--help talks on stderr");
        demand(ran.stdout.contains(&format!("Usage: {}", name.trim())), "--help shows no usage line of its own");
        demand(command.get_about().is_some(), "nothing says what it is for");
        demand(!ran.stdout.contains("being built"), "it is a stub");
        demand(command.has_subcommands() || ran.stdout.contains("Example"), "--help has no examples");
        demand(
            ran.stdout.lines().all(|line| line.chars().count() <= 100),
            "--help has lines of more than 100 characters",
        );
        for arg in command.get_arguments().filter(|a| !a.is_hide_set()) {
            demand(arg.get_help().is_some(), &format!("{} has no help", arg.get_id()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn examples_name_commands_and_flags_that_exist() {
    let mut wrong = Vec::new();
    for (path, command) in commands() {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let long = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        let about = command.get_long_about().map(ToString::to_string).unwrap_or_default();
        for line in [after, long, about].iter().flat_map(|t| t.lines()).map(str::trim) {
            let Some(words) = line.strip_prefix("meshctl ") else { continue };
            // up to what explains it, three blanks on, and to what belongs to the shell
            let words = words
                .split("   ")
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .take_while(|w| !matches!(*w, "|" | ">" | "&&" | "#" | "&" | ";"));
            let args = words.map(|w| w.trim_matches(['"', '\'']));
            let parsed = meshctl::cli::command().try_get_matches_from(std::iter::once("meshctl").chain(args));
            if let Err(e) = parsed
                && e.use_stderr()
            {
                wrong.push(format!("meshctl {}: `{line}`: {}", path.join(" "), e.to_string().lines().next().unwrap()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_unknown_flag_is_one_error_and_exit_2() {
    let meshctl = Meshctl::new();
    for args in [&["--frobnicate"][..], &["completion", "--frobnicate"], &["frobnicate"]] {
        let ran = meshctl.run(args).exits(2);
        assert!(ran.stdout.is_empty(), "stdout is data: {}", ran.stdout);
        assert!(ran.stderr.contains("frobnicate"), "{}", ran.stderr);
        let (first, rest) = ran.stderr.split_once('\n').unwrap();
        assert!(first.starts_with("error: reading the command line failed: "), "{}", ran.stderr);
        assert!(!rest.is_empty() && rest.lines().all(|l| l.starts_with("hint: ")), "no usage dump:\n{}", ran.stderr);
        assert!(rest.contains("--help shows what it takes"), "{}", ran.stderr);
    }
    let ran = meshctl.run(["man"]).exits(2);
    assert_eq!(
        ran.stderr,
        "error: reading the command line failed: the following required arguments were not provided: <DIR>\n\
         hint: meshctl man --help shows what it takes\n"
    );
    let ran = meshctl.run(["cluster", "list", "-o", "xml"]).exits(2);
    assert!(ran.stderr.ends_with("hint: meshctl cluster list --help shows what it takes\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("'xml'") && ran.stderr.contains("possible values: table"), "{}", ran.stderr);
}

#[test]
fn without_words_it_shows_the_help_and_exits_2() {
    let ran = Meshctl::new().run::<&str>([]).exits(2);
    assert!(ran.stdout.is_empty(), "nothing was asked for, so it is talk: {}", ran.stdout);
    assert!(ran.stderr.contains("Usage: meshctl") && ran.stderr.contains("Commands:"), "{}", ran.stderr);
}

#[test]
fn the_version_is_the_packages() {
    let ran = Meshctl::new().run(["--version"]).exits(0);
    assert_eq!(ran.stdout, format!("meshctl {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_reader_that_is_gone_is_no_panic() {
    let meshctl = Meshctl::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut child = meshctl.command(["completion", "bash"]).stdout(writer).spawn().unwrap();
    // `finish` wants both pipes: this one has nothing to give
    child.stdout = meshctl.command(["--version"]).stdout(Stdio::piped()).spawn().unwrap().stdout.take();
    // whether a reader goes before or after the last write is chance, and the code must not be
    let ran = finish(child).exits(0);
    assert_eq!(ran.stderr, "", "nobody listens: nothing to say");
}

/// The committed files. `UPDATE_COMPLETIONS=1 cargo test --test it completions` writes them anew.
#[test]
fn the_committed_completions_are_those_of_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let meshctl = Meshctl::new();
    for shell in ["bash", "zsh", "fish"] {
        let now = meshctl.run(["completion", shell]).exits(0).stdout;
        // who packages meshctl, and what a pod runs, know their commands
        assert!(!now.contains("probe") && !now.contains("man pages"), "hidden commands are not completed in {shell}");
        let file = folder.join(format!("meshctl.{shell}"));
        if std::env::var_os("UPDATE_COMPLETIONS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &now).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            committed == now,
            "completions/meshctl.{shell} is not what `meshctl completion {shell}` prints: \
             UPDATE_COMPLETIONS=1 cargo test --test it completions"
        );
    }
}

/// Runs a program to its end, and returns what it printed.
#[track_caller]
fn shell(program: &str, args: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = finish(command.spawn().unwrap()).exits(0);
    assert_eq!(ran.stderr, "", "{program} {args:?}");
    ran.stdout
}

#[test]
fn bash_completes_commands() {
    let meshctl = Meshctl::new();
    let text = meshctl.run(["completion", "bash"]).exits(0).stdout;
    let file = meshctl.file("meshctl.bash", &text).display().to_string();
    shell("bash", &["--norc", "-n", &file]);
    let ask = |words: &str, last: &str, at: usize| {
        let script = format!(
            "source {file}; COMP_WORDS=({words}); COMP_CWORD={at}; _meshctl meshctl '{last}' ''; echo \"${{COMPREPLY[@]}}\""
        );
        shell("bash", &["--norc", "-c", &script])
    };
    assert_eq!(ask("meshctl clu", "clu", 1), "cluster\n");
    assert_eq!(ask("meshctl completion f", "f", 2), "fish\n");
}

#[test]
fn fish_completes_commands() {
    if !have("fish", "completions in fish") {
        return;
    }
    let meshctl = Meshctl::new();
    let text = meshctl.run(["completion", "fish"]).exits(0).stdout;
    let file = meshctl.file("meshctl.fish", &text).display().to_string();
    shell("fish", &["--no-config", "--no-execute", &file]);
    let script = format!("source {file}; complete --do-complete 'meshctl clu'");
    let found = shell("fish", &["--no-config", "-c", &script]);
    assert!(found.starts_with("cluster"), "{found}");
}

#[test]
fn zsh_takes_the_completions() {
    if !have("zsh", "completions in zsh") {
        return;
    }
    let meshctl = Meshctl::new();
    let text = meshctl.run(["completion", "zsh"]).exits(0).stdout;
    assert!(text.starts_with("#compdef meshctl\n"), "zsh finds it in fpath by its first line");
    let file = meshctl.file("_meshctl", &text).display().to_string();
    shell("zsh", &["-f", "-n", &file]);
    // the completion system itself loads it and binds it to the command
    let folder = meshctl.home().display();
    let script =
        format!("fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D; print -r -- $_comps[meshctl]");
    assert_eq!(shell("zsh", &["-f", "-c", &script]), "_meshctl\n");
}

#[test]
fn a_man_page_for_every_command() {
    let meshctl = Meshctl::new();
    std::fs::create_dir(meshctl.home().join("man")).unwrap();
    meshctl.run(["man", "man"]).exits(0);
    for (path, command) in commands() {
        // hidden commands have no page
        if path.first().is_some_and(|first| first == "man" || first == "probe") {
            continue;
        }
        let page = [&["meshctl".to_owned()][..], &path].concat().join("-");
        let text = std::fs::read_to_string(meshctl.home().join(format!("man/{page}.1"))).expect(&page);
        assert!(text.contains(".TH") && text.contains(".SH NAME"), "{page}:\n{text}");
        let about = command.get_about().unwrap().to_string();
        let first = about.split_whitespace().next().unwrap();
        assert!(text.contains(first), "{page} does not say what it is for:\n{text}");
    }
    let ran = meshctl.run(["man", "nowhere"]).exits(2);
    assert!(ran.stderr.contains("nowhere") && ran.stderr.contains("hint:"), "{}", ran.stderr);
    let help = meshctl.run(["--help"]).exits(0).stdout;
    assert!(!help.contains("\n  man "), "man is for packagers: it is hidden\n{help}");
}
