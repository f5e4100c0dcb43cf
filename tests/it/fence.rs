//! The fence: which room of `src/` may use which. The table below *is* the architecture; everything else here checks it.
//!
//! A row changes only with the reason in it.

mod declared;
mod exceptions;
mod map;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::Visit;

/// One room and what it may use, besides what stands below it in `data`.
struct Room {
    path: &'static str,
    may: &'static [&'static str],
    proto: bool,
}

const fn room(path: &'static str, may: &'static [&'static str]) -> Room {
    Room { path, may, proto: false }
}

const fn room_with_proto(path: &'static str, may: &'static [&'static str]) -> Room {
    Room { path, may, proto: true }
}

/// Stands for "every room, and proto".
const EVERYTHING: &[&str] = &["*"];

const ROOMS: &[Room] = &[
    room_with_proto("cli", EVERYTHING),
    room_with_proto("workflows::demo", EVERYTHING),
    room(
        "workflows::check",
        &["pure::mesh", "pure::ca", "pure::inspect", "adapters::registry", "engine", "workflows::proxies"],
    ),
    // mesh: targets are found among its workloads, and `--from registry` hands it to xds
    room_with_proto(
        "workflows::proxies",
        &["pure::mesh", "pure::inspect", "pure::xds", "pure::v1", "adapters::registry", "adapters::k8s", "engine"],
    ),
    room(
        "workflows::install",
        &[
            "pure::mesh",
            "engine",
            "pure::manifest",
            "pure::ca",
            "adapters::files",
            "adapters::registry",
            "adapters::k8s",
        ],
    ),
    // the CA folder on disk is more than a command and less than pure: ca init, ca show and ca verify share it
    room("workflows::ca", &["pure::ca", "adapters::files"]),
    room_with_proto(
        "roles::discovery",
        &[
            "pure::mesh",
            "pure::xds",
            "pure::v1",
            "pure::inspect",
            "pure::manifest",
            "adapters::registry",
            "adapters::k8s",
            "engine",
            "adapters::grpc",
            "adapters::serve",
            "adapters::identity",
            "adapters::files",
        ],
    ),
    room_with_proto(
        "roles::citadel",
        &["pure::ca", "adapters::k8s", "adapters::grpc", "adapters::serve", "adapters::files"],
    ),
    room("roles::injector", &["pure::sidecar", "adapters::k8s", "adapters::serve", "adapters::identity"]),
    room_with_proto(
        "roles::agent",
        &["pure::sidecar", "adapters::grpc", "adapters::serve", "adapters::identity", "adapters::files"],
    ),
    room("engine", &["pure::mesh", "pure::xds", "adapters::registry", "adapters::serve"]),
    room("adapters::identity", &["pure::ca", "adapters::grpc", "adapters::serve", "adapters::files"]),
    // manifest: values and image in mesh.yaml are judged where the file is read, so that every command names what is wrong
    room("adapters::registry", &["pure::manifest", "adapters::files", "adapters::k8s"]),
    // files: the certificates and keys that a kubeconfig names are read with a cap
    room("adapters::k8s", &["adapters::serve", "adapters::files"]),
    room_with_proto("adapters::grpc", &["adapters::serve"]),
    room("adapters::serve", &["adapters::files"]),
    room("adapters::files", &[]),
    room("pure::mesh", &[]),
    room_with_proto("pure::xds", &["pure::mesh"]),
    // the talk's v1 answers have a reader and a grammar of their own; what may be called outside, xds decides
    room("pure::v1", &["pure::mesh", "pure::xds"]),
    room("pure::manifest", &[]),
    room("pure::sidecar", &[]),
    room("pure::ca", &[]),
    room_with_proto("pure::inspect", &[]),
    room("data::kinds", &["data::model", "data::yaml"]),
    room("data::yaml", &[]),
    room("data::model", &[]),
];

/// The floors that hold rooms, from the top down; `cli` and `engine` are a floor and a room in one.
const FLOORS: &[&str] = &["cli", "workflows", "roles", "engine", "adapters", "pure", "data"];

/// The longest body a file may have, tests aside.
const LONGEST: usize = 600;

fn find(path: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.path == path)
}

fn allowed(from: &Room, to: &str) -> bool {
    from.may == EVERYTHING || from.may.contains(&to) || (!from.path.starts_with("data") && to.starts_with("data::"))
}

/// The room that a module path (without `crate`) lies in.
fn room_of(path: &[String]) -> Option<&'static Room> {
    let one = path.first()?;
    find(one).or_else(|| find(&format!("{one}::{}", path.get(1)?)))
}

fn depth(room: &Room) -> usize {
    room.path.split("::").count()
}

/// `src/pure/mesh/merged.rs` is `pure::mesh::merged`; `lib.rs` and `main.rs` are the root.
fn module_of(file: &str) -> Vec<String> {
    let inner = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut path: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if matches!(path.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        path.pop();
    }
    path
}

/// A path as it is written: its segments and its line.
type Written = (Vec<String>, usize);

/// Where a written path points.
enum Target {
    /// A path from the root of the crate, without `crate`.
    Inside(Vec<String>),
    /// The generated types.
    Proto,
    /// `super` was said once too often: the path leaves the room that it stands in.
    TooHigh,
    /// A local name, or another package.
    Elsewhere,
}

/// Walks one file and collects its breaches.
struct Checker<'a> {
    file: &'a str,
    home: Option<&'static Room>,
    module: Vec<String>,
    /// Names that `use` brings in from a path of this crate: `use crate::data::yaml` makes `yaml` that room.
    names: BTreeMap<String, Vec<String>>,
    breaches: Vec<String>,
}

impl Checker<'_> {
    fn breach(&mut self, line: usize, what: impl std::fmt::Display) {
        self.breaches.push(format!("{}:{line}: {what}", self.file));
    }

    fn resolve(&self, written: &[String]) -> Target {
        let Some(first) = written.first() else { return Target::Elsewhere };
        match first.as_str() {
            "crate" | "meshctl" => Target::Inside(written.get(1..).unwrap_or_default().to_vec()),
            "meshctl_proto" => Target::Proto,
            "super" | "self" => {
                let mut base = self.module.clone();
                let mut rest = written;
                while let Some((step, tail)) = rest.split_first() {
                    match step.as_str() {
                        "super" if base.pop().is_none() => return Target::TooHigh,
                        "super" | "self" => rest = tail,
                        _ => break,
                    }
                }
                if self.home.is_some_and(|room| base.len() < depth(room)) {
                    return Target::TooHigh;
                }
                Target::Inside(base.into_iter().chain(rest.iter().cloned()).collect())
            }
            name => match self.names.get(name) {
                Some(path) => Target::Inside(path.iter().cloned().chain(written.iter().skip(1).cloned()).collect()),
                None => Target::Elsewhere,
            },
        }
    }

    /// Checks one path; `published` is set for a `pub use`, `glob` for `use …::*`.
    fn path(&mut self, (written, line): Written, published: bool, glob: bool) {
        let said = written.join("::");
        match self.resolve(&written) {
            Target::Elsewhere => {}
            Target::TooHigh => {
                self.breach(line, format!("`{said}` leaves its room by `super`: say `crate::floor::room::Name`"))
            }
            Target::Proto => self.proto(line, published),
            Target::Inside(path) => self.inside(&path, &said, line, published, glob),
        }
    }

    fn proto(&mut self, line: usize, published: bool) {
        match self.home {
            Some(room) if !room.proto => self.breach(line, format!("{} may not use proto", room.path)),
            _ if published => self.breach(line, "proto is re-exported"),
            _ => {}
        }
    }

    fn inside(&mut self, path: &[String], said: &str, line: usize, published: bool, glob: bool) {
        let Some(to) = room_of(path) else {
            if self.home.is_some() {
                self.breach(line, format!("`{said}` names no room of the table"));
            }
            return;
        };
        let Some(home) = self.home else {
            // no room: the root and the floors' own files; only main.rs may call, and only the shell
            if self.file != "src/main.rs" || to.path != "cli" {
                self.breach(line, format!("`{said}`: this file belongs to no room and may use none"));
            }
            return;
        };
        if home.path == to.path {
            return;
        }
        if !allowed(home, to.path) {
            self.breach(line, format!("{} may not use {} (`{said}`)", home.path, to.path));
        }
        if published {
            self.breach(line, format!("`{said}` is a re-export across rooms"));
        }
        if glob {
            self.breach(line, format!("`{said}::*` is a glob across rooms"));
        }
        let below = path.get(depth(to)..).unwrap_or_default();
        if let [file, _, ..] = below
            && file.starts_with(|c: char| c.is_ascii_lowercase())
        {
            self.breach(line, format!("`{said}` reaches into the room {}: say `crate::{}::Name`", to.path, to.path));
        }
    }

    fn tokens(&mut self, stream: TokenStream) {
        for path in paths_in_tokens(stream) {
            self.path(path, false, false);
        }
    }
}

/// One leaf of a `use`: its path, the name it brings in, whether it is a glob.
struct Leaf {
    written: Written,
    name: Option<String>,
    glob: bool,
}

fn leaves(tree: &syn::UseTree, prefix: &[String], out: &mut Vec<Leaf>) {
    let line = tree.span().start().line;
    let with = |name: &syn::Ident| prefix.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
    match tree {
        syn::UseTree::Path(p) => leaves(&p.tree, &with(&p.ident), out),
        syn::UseTree::Group(g) => g.items.iter().for_each(|item| leaves(item, prefix, out)),
        syn::UseTree::Glob(_) => out.push(Leaf { written: (prefix.to_vec(), line), name: None, glob: true }),
        syn::UseTree::Name(n) if n.ident == "self" => {
            out.push(Leaf { written: (prefix.to_vec(), line), name: prefix.last().cloned(), glob: false });
        }
        syn::UseTree::Name(n) => {
            out.push(Leaf { written: (with(&n.ident), line), name: Some(n.ident.to_string()), glob: false });
        }
        syn::UseTree::Rename(r) => {
            let path = if r.ident == "self" { prefix.to_vec() } else { with(&r.ident) };
            out.push(Leaf { written: (path, line), name: Some(r.rename.to_string()), glob: false });
        }
    }
}

/// Every `a::b::c` in a stream of tokens: the insides of macros, which `syn` does not parse. A string in an attribute that
/// is a path (`#[serde(with = "…")]`) counts as one.
fn paths_in_tokens(stream: TokenStream) -> Vec<Written> {
    let mut found: Vec<Written> = Vec::new();
    let mut colons = 0;
    let mut open = false;
    for token in stream {
        match token {
            TokenTree::Ident(name) => {
                match found.last_mut() {
                    Some((path, _)) if open && colons == 2 => path.push(name.to_string()),
                    _ => found.push((vec![name.to_string()], name.span().start().line)),
                }
                open = true;
                colons = 0;
            }
            TokenTree::Punct(p) if p.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                found.extend(paths_in_tokens(group.stream()));
                open = false;
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let text = text.trim_matches('"');
                if text.starts_with("crate::") || text.starts_with("super::") || text.starts_with("meshctl_proto::") {
                    found.push((text.split("::").map(str::to_owned).collect(), literal.span().start().line));
                }
                open = false;
            }
            TokenTree::Punct(_) => open = false,
        }
    }
    found.retain(|(path, _)| path.len() > 1);
    found
}

/// Collects the names that `use` brings in, before anything is judged: a `use` may stand below what uses it.
#[derive(Default)]
struct Uses<'ast>(Vec<&'ast syn::ItemUse>);

impl<'ast> Visit<'ast> for Uses<'ast> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.0.push(item);
    }
}

impl<'ast> Visit<'ast> for Checker<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let published = !matches!(item.vis, syn::Visibility::Inherited);
        let mut all = Vec::new();
        leaves(&item.tree, &[], &mut all);
        for leaf in all {
            self.path(leaf.written, published, leaf.glob);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if segments.len() > 1 {
            self.path((segments, path.span().start().line), false, false);
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.visit_path(&mac.path);
        self.tokens(mac.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        match &attribute.meta {
            syn::Meta::List(list) => self.tokens(list.tokens.clone()),
            // rustdoc may link wherever it likes
            syn::Meta::Path(_) | syn::Meta::NameValue(_) => {}
        }
    }
}

fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.path().is_ident("cfg") && a.meta.require_list().is_ok_and(|l| l.tokens.to_string() == "test"))
}

/// The lines of a file less its `#[cfg(test)]` modules.
fn body_lines(text: &str, tree: &syn::File) -> usize {
    let tests: usize = tree
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Mod(m) if is_test_only(&m.attrs) => Some(m.span().end().line - m.span().start().line + 1),
            _ => None,
        })
        .sum();
    text.lines().count() - tests
}

/// Every breach of one file of `src/`.
fn check_file(file: &str, text: &str) -> Vec<String> {
    let module = module_of(file);
    let mut checker = Checker { file, home: room_of(&module), module, names: BTreeMap::new(), breaches: Vec::new() };
    if !text.starts_with("//!") {
        checker.breach(1, "a file starts with `//!`, which says what it is for");
    }
    let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".rs");
    if module_of(file)
        .iter()
        .map(String::as_str)
        .chain([stem])
        .any(|n| matches!(n, "util" | "utils" | "common" | "helpers"))
    {
        checker.breach(1, "a file is named for its job, not util, common or helpers");
    }
    let tree = match syn::parse_file(text) {
        Ok(tree) => tree,
        Err(e) => {
            checker.breach(e.span().start().line, format!("does not parse: {e}"));
            return checker.breaches;
        }
    };
    let lines = body_lines(text, &tree);
    if lines > LONGEST {
        checker.breach(1, format!("{lines} lines, tests aside; {LONGEST} is the most a file may have"));
    }
    let mut uses = Uses::default();
    uses.visit_file(&tree);
    for item in uses.0 {
        let mut all = Vec::new();
        leaves(&item.tree, &[], &mut all);
        for leaf in all {
            if let (Some(name), Target::Inside(path)) = (leaf.name, checker.resolve(&leaf.written.0))
                // a name from its own room is no way into another
                && room_of(&path).map(|r| r.path) != checker.home.map(|r| r.path)
            {
                checker.names.insert(name, path);
            }
        }
    }
    checker.visit_file(&tree);
    checker.breaches.sort();
    checker.breaches.dedup();
    checker.breaches
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, out: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
        }
    }
    out.sort();
}

#[test]
fn rooms_use_what_the_table_allows() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    assert!(files.len() > 30, "the fence sees only {} files", files.len());
    let breaches: Vec<String> =
        files.iter().flat_map(|f| check_file(f, &fs::read_to_string(root().join(f)).unwrap())).collect();
    assert!(breaches.is_empty(), "{} breaches\n{}", breaches.len(), breaches.join("\n"));
}

#[test]
fn arrows_point_down_and_never_in_a_circle() {
    let floor = |path: &str| FLOORS.iter().position(|f| path.split("::").next() == Some(f)).unwrap();
    fn reaches(from: &str, to: &str) -> bool {
        let Some(room) = find(from) else { return false };
        room.may.iter().any(|next| *next == to || reaches(next, to))
    }
    for room in ROOMS {
        for to in room.may.iter().filter(|to| **to != "*") {
            assert!(find(to).is_some(), "{} may use {to}, which has no row", room.path);
            assert!(floor(room.path) <= floor(to), "{} may use {to}, which stands above it", room.path);
            assert!(!reaches(to, room.path), "{} and {to} use each other", room.path);
        }
    }
}

/// Planted breaches: each must be seen, and said as it is.
#[test]
fn the_fence_goes_red() {
    let planted: &[(&str, &str, &str)] = &[
        ("src/pure/mesh/a.rs", "use crate::adapters::files::Reader;", "pure::mesh may not use adapters::files"),
        ("src/pure/mesh/a.rs", "use crate::{data::model::Name, engine::Engine};", "pure::mesh may not use engine"),
        ("src/pure/mesh/a.rs", "fn f() { crate::pure::ca::sign() }", "pure::mesh may not use pure::ca"),
        ("src/pure/mesh/a.rs", "fn f() { println!(\"{}\", crate::pure::ca::KEY) }", "pure::mesh may not use pure::ca"),
        (
            "src/pure/mesh/a.rs",
            "#[derive(D)] #[serde(with = \"crate::pure::ca::x\")] struct S;",
            "may not use pure::ca",
        ),
        ("src/pure/mesh/a.rs", "mod tests { use crate::pure::ca::Key; }", "pure::mesh may not use pure::ca"),
        ("src/pure/mesh/a.rs", "fn f(k: &crate::pure::ca::Key) {}", "pure::mesh may not use pure::ca"),
        ("src/pure/mesh/a.rs", "use meshctl_proto::envoy::Cluster;", "pure::mesh may not use proto"),
        ("src/pure/mesh/a.rs", "fn f() -> meshctl_proto::Any { todo() }", "pure::mesh may not use proto"),
        ("src/pure/xds/a.rs", "pub use meshctl_proto::envoy::Cluster;", "proto is re-exported"),
        ("src/pure/xds/a.rs", "use crate::pure::mesh::merged::Mesh;", "reaches into the room pure::mesh"),
        (
            "src/pure/xds/a.rs",
            "use crate::pure::mesh; fn f() { mesh::merged::go() }",
            "reaches into the room pure::mesh",
        ),
        (
            "src/pure/xds/a.rs",
            "use crate::pure::mesh as m; fn f(x: m::merged::Mesh) {}",
            "reaches into the room pure::mesh",
        ),
        (
            "src/pure/xds/a.rs",
            "use crate::pure::mesh::merged; fn f(x: merged::Mesh) {}",
            "reaches into the room pure::mesh",
        ),
        ("src/pure/xds/a.rs", "use crate::pure::mesh::*;", "glob across rooms"),
        ("src/pure/xds/a.rs", "pub use crate::pure::mesh::Mesh;", "re-export across rooms"),
        ("src/pure/xds/a.rs", "pub(crate) use crate::pure::mesh::{Mesh as M};", "re-export across rooms"),
        ("src/pure/xds/a.rs", "use crate::pure::mesh; pub use mesh::Mesh;", "re-export across rooms"),
        ("src/pure/xds/a.rs", "use super::super::mesh::Mesh;", "leaves its room by `super`"),
        ("src/pure/xds/build/a.rs", "fn f() { super::super::super::mesh::f() }", "leaves its room by `super`"),
        (
            "src/roles/discovery/mod.rs",
            "use crate::roles::citadel::Citadel;",
            "roles::discovery may not use roles::citadel",
        ),
        ("src/data/model/a.rs", "use crate::data::yaml::parse;", "data::model may not use data::yaml"),
        ("src/adapters/files/a.rs", "use crate::elsewhere::X;", "names no room"),
        ("src/lib.rs", "pub use crate::pure::mesh::Mesh;", "belongs to no room"),
        ("src/pure/mod.rs", "pub use self::mesh::Mesh;", "belongs to no room"),
        ("src/main.rs", "fn main() { meshctl::engine::run() }", "belongs to no room"),
        ("src/pure/mesh/util.rs", "", "named for its job"),
        ("src/pure/mesh/helpers/mod.rs", "", "named for its job"),
        ("src/pure/mesh/a.rs", "fn f( {", "does not parse"),
    ];
    for (file, text, want) in planted {
        let seen = check_file(file, &format!("//! Planted.\n{text}\n"));
        assert!(seen.iter().any(|s| s.contains(want)), "{file}: {text}\nwanted: {want}\nseen: {seen:?}");
    }
    let long = format!("//! Planted.\n{}", "const A: u8 = 1;\n".repeat(LONGEST));
    assert!(check_file("src/pure/mesh/a.rs", &long).iter().any(|s| s.contains("601 lines")));
    assert!(check_file("src/pure/mesh/a.rs", "use std::fmt;").iter().any(|s| s.contains("starts with `//!`")));
}

/// What is allowed stays quiet, or the fence would only teach people to move it.
#[test]
fn the_fence_lets_honest_code_pass() {
    let honest: &[(&str, &str)] = &[
        (
            "src/pure/xds/a.rs",
            "use crate::data::yaml; use crate::pure::mesh::Mesh; fn f() { yaml::parse(Mesh::new()) }",
        ),
        ("src/pure/xds/a.rs", "use super::build::x; use meshctl_proto::envoy::Cluster; pub use super::names::Name;"),
        (
            "src/pure/xds/build/a.rs",
            "use super::super::names::Name; mod tests { use super::*; use super::super::super::v; }",
        ),
        ("src/pure/xds/mod.rs", "mod build; pub use build::serve; pub(crate) use self::build::x;"),
        (
            "src/pure/xds/a.rs",
            "use crate::pure::xds::build::cluster; fn f() -> crate::pure::mesh::State { crate::pure::mesh::State::New }",
        ),
        ("src/cli/commands/a.rs", "use crate::cli::Context; use crate::engine::Engine; use meshctl_proto::envoy::X;"),
        ("src/engine/a.rs", "use crate::adapters::registry::Registry; use crate::adapters::serve::Clock;"),
        ("src/main.rs", "fn main() { meshctl::cli::run(std::env::args_os()) }"),
        ("src/lib.rs", "pub mod pure;"),
    ];
    for (file, text) in honest {
        let seen = check_file(file, &format!("//! Honest.\n{text}\n"));
        assert!(seen.is_empty(), "{file}: {text}\nseen: {seen:?}");
    }
}
