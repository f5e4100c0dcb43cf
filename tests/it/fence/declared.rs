//! No test file is forgotten: every file of a tier is declared, down from its `main.rs`, and every list of trials is run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use syn::visit::Visit;

/// The tiers: their folder, and whether Rust's own harness finds the tests. Where it does not, only what `main` lists runs.
const TIERS: [(&str, bool); 3] = [("it", true), ("api", false), ("e2e", false)];

/// Every file that a crate's root declares, at any depth: its path and its module's.
struct Crate {
    files: BTreeMap<PathBuf, Vec<String>>,
    breaches: Vec<String>,
}

impl Crate {
    fn read(root: &Path) -> Self {
        let mut all = Self { files: BTreeMap::new(), breaches: Vec::new() };
        all.file(root, Vec::new(), true);
        all
    }

    /// One file; `owns` is set where its modules stand beside it (`main.rs`, `mod.rs`, and what `#[path]` names).
    fn file(&mut self, file: &Path, module: Vec<String>, owns: bool) {
        let Some(tree) = fs::read_to_string(file).ok().and_then(|text| syn::parse_file(&text).ok()) else {
            self.breaches.push(format!("{} is declared, and cannot be read or parsed", file.display()));
            return;
        };
        if self.files.insert(file.to_owned(), module.clone()).is_some() {
            return;
        }
        let beside = file.parent().unwrap();
        let below = if owns { beside.to_owned() } else { file.with_extension("") };
        self.items(&tree.items, beside, &below, &module);
    }

    /// The modules among `items`: `beside` is where a `#[path]` starts, `below` where a plain declaration looks.
    fn items(&mut self, items: &[syn::Item], beside: &Path, below: &Path, module: &[String]) {
        for item in items {
            let syn::Item::Mod(item) = item else { continue };
            let name = item.ident.to_string();
            let inner: Vec<String> = module.iter().cloned().chain([name.clone()]).collect();
            match (&item.content, path_of(item)) {
                // within `mod x { }` both start in the folder x
                (Some((_, items)), _) => self.items(items, &below.join(&name), &below.join(&name), &inner),
                (None, Some(path)) => self.file(&plain(&beside.join(path)), inner, true),
                (None, None) if below.join(&name).join("mod.rs").is_file() => {
                    self.file(&below.join(&name).join("mod.rs"), inner, true);
                }
                (None, None) => self.file(&below.join(format!("{name}.rs")), inner, false),
            }
        }
    }
}

/// What `#[path = "…"]` says.
fn path_of(item: &syn::ItemMod) -> Option<String> {
    item.attrs.iter().filter(|a| a.path().is_ident("path")).find_map(|a| {
        match &a.meta.require_name_value().ok()?.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        }
    })
}

/// The same path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            other => out.push(other),
        }
    }
    out
}

/// The tests of one file that Rust's harness would find, its lists of trials, and what it calls.
#[derive(Default)]
struct Tests {
    module: Vec<String>,
    found: usize,
    lists: Vec<Vec<String>>,
    calls: Vec<(Vec<String>, Vec<String>)>,
}

impl<'ast> Visit<'ast> for Tests {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if item.attrs.iter().any(|a| a.path().segments.last().is_some_and(|last| last.ident == "test")) {
            self.found += 1;
        }
        if item.sig.ident == "trials" {
            self.lists.push(self.module.clone());
        }
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            let mut said: Vec<String> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
            if said.pop().is_some_and(|last| last == "trials") && !said.is_empty() {
                self.calls.push((self.module.clone(), target(&self.module, &said)));
            }
        }
        syn::visit::visit_expr_call(self, call);
    }
}

/// The module that a written path names.
fn target(from: &[String], said: &[String]) -> Vec<String> {
    let mut module = from.to_vec();
    let mut rest = said;
    while let Some((step, tail)) = rest.split_first() {
        match step.as_str() {
            "crate" => module.clear(),
            "super" => drop(module.pop()),
            "self" => {}
            _ => break,
        }
        rest = tail;
    }
    module.extend(rest.iter().cloned());
    module
}

/// What is forgotten in the tier of this folder.
fn check(folder: &Path, own_harness: bool) -> Vec<String> {
    let declared = Crate::read(&folder.join("main.rs"));
    let mut breaches = declared.breaches;
    let mut files = Vec::new();
    below(folder, &mut files);
    for file in files.iter().filter(|file| !declared.files.contains_key(*file)) {
        breaches.push(format!("{} is forgotten: nothing declares it, so it never runs", file.display()));
    }
    if own_harness {
        return breaches;
    }
    let mut all = Tests::default();
    for (file, module) in declared.files.iter().filter(|(file, _)| file.starts_with(folder)) {
        let mut tests = Tests { module: module.clone(), ..Tests::default() };
        tests.visit_file(&syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap());
        if tests.found > 0 {
            breaches.push(format!("{}: a #[test] never runs here: this tier has a harness of its own", file.display()));
        }
        all.lists.extend(tests.lists);
        all.calls.extend(tests.calls);
    }
    // what main calls, and what that calls
    let mut runs = BTreeSet::from([Vec::new()]);
    while let Some((_, next)) = all.calls.iter().find(|(from, to)| runs.contains(from) && !runs.contains(to)) {
        runs.insert(next.clone());
    }
    for list in all.lists.iter().filter(|list| !runs.contains(*list)) {
        breaches.push(format!("{}: {}::trials() is in no list that main runs", folder.display(), list.join("::")));
    }
    breaches
}

fn below(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
    out.sort();
}

#[test]
fn no_test_file_is_forgotten() {
    let tests = super::root().join("tests");
    let mut shared = Vec::new();
    below(&tests.join("kube"), &mut shared);
    for (tier, own_harness) in TIERS {
        let folder = tests.join(tier);
        let forgotten = check(&folder, own_harness);
        assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
        let declared = Crate::read(&folder.join("main.rs")).files;
        assert!(declared.len() > 15, "{tier}: the fence sees only {} files", declared.len());
        shared.retain(|file| !declared.contains_key(file));
    }
    assert_eq!(shared, [] as [PathBuf; 0], "no tier declares these");
    for entry in fs::read_dir(&tests).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let known = TIERS.iter().any(|(tier, _)| *tier == name);
        assert!(known || !path.join("main.rs").is_file(), "tests/{name} is a tier that this fence does not look at");
    }
}

#[test]
fn the_fence_finds_what_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (path, text) in [
        (
            "main.rs",
            "mod a;\n// mod b;\nmod c;\n#[path = \"deep/d.rs\"]\nmod d;\nmod gone;\nfn main() { run([a::trials(), d::trials()]) }",
        ),
        ("a.rs", "mod inner;\npub fn trials() { inner::trials() }"),
        ("a/inner.rs", "pub fn trials() { self::deeper::trials() }\nmod deeper { pub fn trials() {} }"),
        ("a/lost.rs", ""),
        ("b.rs", ""),
        ("c/mod.rs", "mod more;\npub fn trials() { more::trials() }"),
        ("c/more.rs", "pub fn trials() {}\n#[tokio::test]\nfn it_never_runs() {}"),
        ("c/without/a_mod.rs", ""),
        ("deep/d.rs", "mod beside;\npub fn trials() { super::a::trials() }"),
        ("deep/beside.rs", "pub fn trials() {}"),
    ] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let seen = |own_harness: bool| -> Vec<String> {
        let mut seen = check(folder, own_harness);
        seen.iter_mut().for_each(|line| *line = line.replace(&format!("{}/", folder.display()), ""));
        seen.iter_mut().for_each(|line| *line = line.replace(&format!("{}: ", folder.display()), ""));
        seen.sort();
        seen
    };
    let files = [
        "a/lost.rs is forgotten: nothing declares it, so it never runs",
        "b.rs is forgotten: nothing declares it, so it never runs",
        "c/without/a_mod.rs is forgotten: nothing declares it, so it never runs",
        "gone.rs is declared, and cannot be read or parsed",
    ];
    assert_eq!(seen(true), files);
    let mut all: Vec<&str> = files.to_vec();
    all.extend([
        "c/more.rs: a #[test] never runs here: this tier has a harness of its own",
        "c::more::trials() is in no list that main runs",
        "c::trials() is in no list that main runs",
        "d::beside::trials() is in no list that main runs",
    ]);
    all.sort();
    assert_eq!(seen(false), all);
}
