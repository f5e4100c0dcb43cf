//! What may have been meant by a word that names nothing.

use std::collections::BTreeSet;

/// How many names are told.
const SHOWN: usize = 5;

/// Names to paste instead of a word that names nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Near {
    /// These are alike.
    Alike(Vec<String>),
    /// The word names these, outside of where they were looked for.
    Elsewhere(Vec<String>),
    /// Nothing is alike: the first that there are, and how many there are beside them.
    There(Vec<String>, usize),
    /// There is none in the namespace or the cluster that was named.
    Narrowed,
    /// The pilots that were asked know none.
    Unconnected,
}

impl Near {
    /// Those that are alike, else some of what is there.
    pub(super) fn of(alike: BTreeSet<String>, all: BTreeSet<String>) -> Self {
        if alike.is_empty() {
            let more = all.len().saturating_sub(SHOWN);
            return Self::There(all.into_iter().take(SHOWN).collect(), more);
        }
        Self::Alike(alike.into_iter().take(SHOWN).collect())
    }

    /// As hints.
    pub fn hints(self) -> Vec<String> {
        match self {
            Self::Alike(names) => names.into_iter().map(|name| format!("perhaps {name}")).collect(),
            Self::Elsewhere(names) => names.into_iter().map(|name| format!("elsewhere there is {name}")).collect(),
            Self::There(names, _) if names.is_empty() => {
                vec!["there is none at all; meshctl cluster list shows what was asked".to_owned()]
            }
            Self::Narrowed => {
                vec!["there is none at all there; without -n and --cluster the whole mesh is looked at".to_owned()]
            }
            Self::Unconnected => {
                vec![
                    "there is none at all: meshctl proxy-status shows the proxies that are connected to each pilot"
                        .to_owned(),
                ]
            }
            Self::There(names, more) => {
                let more = if more > 0 { format!(", and {more} more") } else { String::new() };
                vec![format!("there is {}{more}", names.join(", "))]
            }
        }
    }
}

/// Whether somebody who typed `word` may have meant `name`: one is a part of the other, or a letter or two are wrong. A guess
/// from fewer than three letters helps nobody.
pub fn alike(word: &str, name: &str) -> bool {
    if word.len() < 3 || name.len() < 3 {
        return false;
    }
    let slips = if word.len() < 6 { 1 } else { 2 };
    name.contains(word) || word.contains(name) || distance(word, name, slips) <= slips
}

/// How many letters must be put in, taken out or changed (two that changed places count as two); more than `enough` is not
/// counted to the end.
fn distance(a: &str, b: &str, enough: usize) -> usize {
    if a.len().abs_diff(b.len()) > enough {
        return enough + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut before = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let here = (before + usize::from(x != y)).min(*cell + 1).min(left + 1);
            before = std::mem::replace(cell, here);
            left = here;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_forgiven_and_other_words_are_not() {
        for (word, name) in [
            ("review", "reviews"),
            ("reviews-v1-abc", "reviews-v1"),
            ("prodctpage", "productpage"),
            ("productapge", "productpage"),
            ("detials", "details"),
            ("sleeep", "sleep"),
        ] {
            assert!(alike(word, name), "{word} {name}");
        }
        for (word, name) in [("nope", "node"), ("nope", "sleep"), ("re", "reviews"), ("ratings", "reviews")] {
            assert_eq!(alike(word, name), (word, name) == ("nope", "node"), "{word} {name}");
        }
        assert_eq!((distance("kitten", "sitting", 9), distance("", "abc", 9), distance("abc", "abc", 9)), (3, 3, 0));
    }

    #[test]
    fn hints_are_few() {
        let set = |n: usize| (0..n).map(|i| format!("n{i}")).collect::<BTreeSet<_>>();
        assert_eq!(Near::of(set(7), set(9)).hints().len(), 5);
        assert_eq!(Near::of(set(0), set(7)).hints(), ["there is n0, n1, n2, n3, n4, and 2 more"]);
        assert_eq!(Near::of(set(0), set(1)).hints(), ["there is n0"]);
        assert!(Near::of(set(0), set(0)).hints()[0].starts_with("there is none at all"));
    }
}
