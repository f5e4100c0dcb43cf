//! What stderr says beside what was shown of a proxy: what could not be shown, what its source does not know, and that nothing
//! matches.

use std::collections::BTreeSet;

use super::Plan;
use crate::cli::{Context, Exit};
use crate::data::model::plain;
use crate::pure::inspect::{Section, Summary, in_words};
use crate::workflows::proxies::{Origin, withheld};

/// What was shown.
pub(super) struct Shown<'a> {
    /// The proxy; empty where the source is one alone.
    pub(super) proxy: &'a str,
    pub(super) origin: &'a Origin,
    /// What was read, text by text.
    pub(super) summaries: &'a [Summary],
    /// Something of it was wanted.
    pub(super) matched: bool,
}

/// Says it; what was lost, and what the source does not know of what was asked for, is exit 2.
pub(super) fn tell(ctx: &Context, plan: &Plan, shown: &Shown<'_>) -> Exit {
    let Shown { proxy: _, origin, summaries, matched } = shown;
    let mut exit = Exit::Yes;
    for summary in *summaries {
        for problem in &summary.problems {
            ctx.out.warning(&format!("{origin}: {problem}"));
            if problem.loses() {
                exit = Exit::Unasked;
            }
        }
        if let ([section], true) = (&plan.sections[..], summary.is_empty_array) {
            ctx.out.note(&format!("{origin} holds no {section}: it is an empty array"));
            return exit;
        }
        if !summary.others.is_empty() {
            ctx.out.note(&format!("{origin} also holds what was not asked for: {}", in_words(&summary.others)));
        }
        for (ty, count) in &summary.unknown {
            let ty = plain(ty);
            ctx.out.note(&format!("{count} section(s) of the type {ty} are not known here and were not shown"));
        }
    }
    if missing(ctx, plan, shown) || unknown(ctx, plan, shown) {
        exit = Exit::Unasked;
    }
    standing(ctx, shown);
    if let [section] = plan.sections[..]
        && !matched
        && exit == Exit::Yes
        && let Some(said) = plan.asked.unmatched(section)
    {
        ctx.out.note(&said);
    }
    exit
}

/// Names the sections that were asked for and are not there; whether one was cut out of the dump.
fn missing(ctx: &Context, plan: &Plan, shown: &Shown<'_>) -> bool {
    let Shown { origin, summaries, .. } = shown;
    // an Envoy was asked for no more than is needed, and of a dump that ends early nobody knows
    if origin.is_envoy() || summaries.iter().any(|s| s.problems.iter().any(|p| p.is_truncation())) {
        return false;
    }
    let there: BTreeSet<Section> = summaries.iter().flat_map(|s| s.sections.iter().copied()).collect();
    let mut cut = false;
    for section in plan.sections.iter().filter(|section| !there.contains(section)) {
        // of everything: only a proxy itself has a bootstrap, and one without HTTP listeners has no routes
        if plan.sections.len() > 1 && matches!(section, Section::Bootstrap | Section::Routes) {
            continue;
        }
        let more = match section {
            Section::Endpoints => "; take it with /config_dump?include_eds, or give /clusters?format=json",
            Section::Routes => "; a proxy without HTTP listeners has none",
            Section::Bootstrap => "; an Envoy itself has one: --admin HOST:PORT, or -f with its /config_dump",
            _ => "",
        };
        let instead = match plan.sections.len() {
            1 if !there.is_empty() => {
                format!("; it has {}", there.iter().map(Section::to_string).collect::<Vec<_>>().join(", "))
            }
            _ => String::new(),
        };
        let message = section.message();
        ctx.out.warning(&format!("{origin} has no {message}, so no {section} can be shown{instead}{more}"));
        // a proxy may well have no routes; everything else was cut out of the dump
        cut |= plan.sections.len() == 1 && *section != Section::Routes;
    }
    cut
}

/// Warns of what a pilot does not know of what was asked for: a resuming proxy has it, and looks empty. Whether there is such.
fn unknown(ctx: &Context, plan: &Plan, shown: &Shown<'_>) -> bool {
    let mut any = false;
    for (summary, section) in
        shown.summaries.iter().flat_map(|s| plan.sections.iter().map(move |section| (s, *section)))
    {
        let unsaid = summary.unsaid.of(section, |name| plan.filter.may_want(section, name));
        if let Some(why) = withheld(shown.origin, &unsaid) {
            ctx.out.warning(&why);
            any = true;
        }
    }
    any
}

/// Labels what a pilot would send, and has not sent (DESIGN §7).
fn standing(ctx: &Context, shown: &Shown<'_>) {
    let Shown { proxy, origin, summaries, .. } = shown;
    let of_pilot = matches!(origin, Origin::Pilot(_) | Origin::PilotPod(_));
    if summaries.iter().any(|s| s.computed) {
        ctx.out.note(&match of_pilot {
            true => format!("computed: {proxy} is not connected to {origin}, which would send it this"),
            false => {
                format!("computed: what {origin} holds is what a pilot would have sent a proxy that was not connected")
            }
        });
    }
    if of_pilot && summaries.iter().any(|s| s.outdated) {
        ctx.out.note(&format!("{origin} has something newer for {proxy}, which is on its way or held back"));
    }
}
