//! The map in `src/lib.rs` is the table of the fence, row by row: for the rooms that are there.

use std::collections::{BTreeMap, BTreeSet};

use super::{EVERYTHING, FLOORS, ROOMS, Room, find, module_of, room_of};

/// What a row says a room may use, `proto` among it.
type Rights = BTreeSet<String>;

/// A short name as the map writes it: `mesh` is `pure::mesh`, `files` is `adapters::files`. Only `workflows` and `roles`,
/// which few may use, are written in full; but for `proxies`, which has no namesake.
fn in_full(word: &str) -> Option<&'static str> {
    let floors = ["adapters", "pure", "data"];
    let namesakes = floors.iter().filter_map(|floor| find(&format!("{floor}::{word}")));
    find(word).or_else(|| namesakes.into_iter().next()).or_else(|| find(&format!("workflows::{word}"))).map(|r| r.path)
}

/// The rows of the map's table: room and rights; and what cannot be read in it.
fn rows(lib: &str) -> (BTreeMap<String, Rights>, Vec<String>) {
    let (mut rows, mut breaches) = (BTreeMap::new(), Vec::new());
    for line in lib.lines().filter_map(|l| l.strip_prefix("//! | `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [room, _job, may, ""] = cells.as_slice() else {
            breaches.push(format!("src/lib.rs: this is no row of three cells: {line}"));
            continue;
        };
        let room = room.trim_end_matches('`');
        let mut rights = Rights::new();
        for word in may.split([' ', ',']).filter(|w| !w.is_empty()) {
            match (word, in_full(word)) {
                ("nothing", _) => {}
                ("everything", _) => drop(rights.insert("*".into())),
                ("proto", _) => drop(rights.insert("proto".into())),
                (_, Some(room)) => drop(rights.insert(room.into())),
                (_, None) => breaches.push(format!("src/lib.rs: `{word}` in the row of {room} is no room")),
            }
        }
        if rows.insert(room.to_owned(), rights).is_some() {
            breaches.push(format!("src/lib.rs: {room} has two rows"));
        }
    }
    (rows, breaches)
}

/// What the fence's table says of a room, as far as the rooms that it names are there yet.
fn rights(room: &Room, there: &BTreeSet<&str>) -> Rights {
    if room.may == EVERYTHING {
        return ["*".to_owned()].into();
    }
    let may = room.may.iter().filter(|to| there.contains(*to)).map(|to| (*to).to_owned());
    may.chain(room.proto.then(|| "proto".to_owned())).collect()
}

/// Breaches of the layout: files that lie in no room of the table, and where the map in `lib.rs` says something else than
/// the table.
fn check<'a>(files: impl Iterator<Item = &'a str>, lib: &str) -> Vec<String> {
    let (map, mut breaches) = rows(lib);
    let mut there = BTreeSet::new();
    for file in files {
        let module = module_of(file);
        match module.as_slice() {
            // lib.rs, main.rs, and the floors' own files
            [] => continue,
            [floor] if FLOORS.contains(&floor.as_str()) && find(floor).is_none() => continue,
            _ => {}
        }
        match room_of(&module) {
            Some(room) => drop(there.insert(room.path)),
            None => breaches.push(format!("{file}: no room of the table; add a row with its reason, or move the file")),
        }
    }
    let words = |rights: &Rights| rights.iter().cloned().collect::<Vec<_>>().join(" ");
    for room in ROOMS.iter().filter(|room| there.contains(room.path)) {
        let wanted = rights(room, &there);
        match map.get(room.path) {
            None => breaches.push(format!("src/lib.rs: the map does not name the room {}", room.path)),
            Some(said) if *said != wanted => breaches.push(format!(
                "src/lib.rs: the map lets {} use [{}], the fence [{}]",
                room.path,
                words(said),
                words(&wanted)
            )),
            Some(_) => {}
        }
    }
    for room in map.keys().filter(|room| !there.contains(room.as_str())) {
        breaches.push(format!("src/lib.rs: the map names the room {room}, which is not there"));
    }
    breaches
}

fn files() -> Vec<String> {
    let mut files = Vec::new();
    super::rust_files(&super::root().join("src"), &mut files);
    files
}

fn lib() -> String {
    std::fs::read_to_string(super::root().join("src/lib.rs")).unwrap()
}

#[test]
fn every_room_is_in_the_table_and_the_map_is_that_table() {
    let breaches = check(files().iter().map(String::as_str), &lib());
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

/// Planted differences, each in the map as it is: each must be seen.
#[test]
fn the_fence_sees_a_map_that_differs() {
    let lib = lib();
    let row = |room: &str| lib.lines().find(|l| l.starts_with(&format!("//! | `{room}` |"))).unwrap();
    let without = |line: &str| lib.replace(&format!("{line}\n"), "");
    let ca = row("workflows::ca");
    let (xds, kinds, engine) = (row("pure::xds"), row("data::kinds"), row("engine"));
    let planted = [
        (
            lib.replace(ca, &ca.replace("ca files |", "ca files k8s |")),
            "the map lets workflows::ca use [adapters::files adapters::k8s pure::ca], the fence [adapters::files pure::ca]",
        ),
        (
            lib.replace(ca, &ca.replace("ca files |", "ca |")),
            "the map lets workflows::ca use [pure::ca], the fence [adapters::files pure::ca]",
        ),
        (
            lib.replace(xds, &xds.replace(", proto |", " |")),
            "the map lets pure::xds use [pure::mesh], the fence [proto pure::mesh]",
        ),
        (
            lib.replace(kinds, &kinds.replace("model yaml |", "everything |")),
            "the map lets data::kinds use [*], the fence [data::model data::yaml]",
        ),
        (lib.replace(engine, &engine.replace("serve |", "serve moon |")), "`moon` in the row of engine is no room"),
        (without(engine), "the map does not name the room engine"),
        (lib.replace(ca, &format!("{ca}\n{ca}")), "workflows::ca has two rows"),
        (
            lib.replace(ca, &ca.replace("workflows::ca", "workflows::cellar")),
            "names the room workflows::cellar, which is not there",
        ),
        (lib.replace(ca, &format!("{ca} more")), "no row of three cells"),
    ];
    for (map, want) in planted {
        assert_ne!(map, lib, "not planted: {want}");
        let seen = check(files().iter().map(String::as_str), &map);
        assert!(seen.iter().any(|s| s.contains(want)), "wanted: {want}\nseen: {seen:#?}");
    }
    let strangers = ["src/pure/rumour/a.rs", "src/cellar/mod.rs"];
    let seen = check(files().iter().map(String::as_str).chain(strangers), &lib);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen.iter().all(|s| s.contains("no room of the table")), "{seen:?}");
}
