//! Dumps → tables, JSON, YAML, names; and a plain word on stderr about what could not be shown.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::Plan;
use super::tell::{Shown, tell};
use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::data::model::{Report, plain};
use crate::data::yaml;
use crate::pure::inspect::{
    DumpError, Element, Filter, Form, Group, Held, Kind, Rows, Section, Summary, Visit, join_cluster_ids, read_json,
    read_rows, table, walk,
};
use crate::workflows::proxies::{Dump, Holds, Origin};

/// How much text goes to stdout at once, in bytes.
const BLOCK: usize = 64 << 10;
/// The largest dump, or part of one, that is written as YAML, in bytes: it is held whole.
const MAX_YAML: usize = 64 << 20;

/// Shows one proxy.
pub(super) async fn one(ctx: &Context, plan: &Plan, dump: Dump) -> Outcome {
    many(ctx, plan, vec![(String::new(), dump)]).await
}

/// Shows one proxy after another; several each under their name.
pub(super) async fn many(ctx: &Context, plan: &Plan, dumps: Vec<(String, Dump)>) -> Outcome {
    let format = match (ctx.globals.output, &plan.sections[..]) {
        (None, [Section::Bootstrap]) => Format::Json,
        _ => ctx.format(),
    };
    let several = dumps.len() > 1;
    if several && matches!(format, Format::Json | Format::Yaml) {
        return Err(CliError::usage("the JSON of several proxies would not say which is whose")
            .hint("ask for one proxy a call, by the names that -o table prints"));
    }
    let mut exit = Exit::Yes;
    for (name, dump) in dumps {
        if several {
            ctx.out.data(&format!("==> {} <==\n", plain(&name)))?;
        }
        let ended = match format {
            Format::Json => json(ctx, plan, &name, dump).await?,
            Format::Yaml => as_yaml(ctx, plan, &name, dump).await?,
            _ => rows(ctx, plan, &name, dump, format).await?,
        };
        if ended != Exit::Yes {
            exit = ended;
        }
    }
    Ok(exit)
}

/// A dump that is none, as the user reads it.
fn unreadable(origin: &Origin, e: &DumpError) -> CliError {
    let error = CliError::usage(format!("reading {origin} failed: {e}"));
    match e {
        DumpError::Bare => error.hint("say what it holds: proxy-config clusters, listeners, routes or endpoints"),
        DumpError::Others { found, .. } => {
            let file = match origin {
                Origin::File(path) => format!(" -f {path}"),
                _ => String::new(),
            };
            let shown = found.keys().filter_map(|kind| match kind {
                Kind::Of(section) => Some(format!("meshctl proxy-config {section}{file} shows them")),
                Kind::DumpSection => Some("put it back into its dump: jq '{configs: .}'".to_owned()),
                Kind::Type(_) | Kind::Other => None,
            });
            let hints: Vec<String> = shown.collect();
            if hints.is_empty() {
                return error.hint("clusters, listeners, routes, endpoints and the bootstrap are what can be shown");
            }
            hints.into_iter().fold(error, CliError::hint)
        }
        _ => error.hint("a dump is what an Envoy answers to /config_dump?include_eds, or to /clusters?format=json"),
    }
}

/// Runs `work` on a thread that may block: dumps are read as they come.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CliError> + Send + 'static,
) -> Result<T, CliError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(CliError::failed("reading the dump failed: the reader was stopped")),
    }
}

async fn rows(ctx: &Context, plan: &Plan, proxy: &str, dump: Dump, format: Format) -> Outcome {
    let (sections, filter) = (plan.sections.clone(), plan.filter.clone());
    let form = match format {
        Format::Name => Form::Names,
        Format::Wide => Form::Wide,
        _ => Form::Table,
    };
    let origin = dump.origin.clone();
    let (mut found, summaries) = blocking(move || read_parts(dump, &sections, &filter, form)).await?;
    let (mut first, mut matched) = (true, false);
    for section in &plan.sections {
        let Some(mut rows) = found.remove(section) else { continue };
        // of everything, what the source does not have is not worth an empty table
        if plan.sections.len() > 1 && !summaries.iter().any(|s| s.sections.contains(section)) {
            continue;
        }
        let hidden = rows.hidden;
        let names = std::mem::take(&mut rows.names);
        matched |= rows.matched || hidden > 0;
        if !first && format != Format::Name {
            ctx.out.data("\n")?;
        }
        first = false;
        let report = Report { data: Value::Null, table: table(*section, rows), names };
        ctx.out.report(&report, format)?;
        if hidden > 0 {
            ctx.out.note(&format!("{section} that -o wide shows too ({}): {hidden}", aside(*section)));
        }
    }
    Ok(tell(ctx, plan, &Shown { proxy, origin: &origin, summaries: &summaries, matched }))
}

/// What of a section the default table leaves out, as istioctl does.
fn aside(section: Section) -> &'static str {
    match section {
        Section::Listeners => "warming, draining or refused",
        Section::Routes => "passing through",
        _ => "warming",
    }
}

type Found = BTreeMap<Section, Rows>;

fn read_parts(
    dump: Dump,
    sections: &[Section],
    filter: &Filter,
    form: Form,
) -> Result<(Found, Vec<Summary>), CliError> {
    let Dump { parts, origin } = dump;
    let (mut all, mut summaries) = (Found::new(), Vec::new());
    for mut part in parts {
        let group = (part.holds == Holds::Warming).then_some(Group::Warming);
        let read = read_rows(&mut part.bytes, sections, filter, form, group);
        let (found, summary) = read.map_err(|e| unreadable(&origin, &e))?;
        for (section, rows) in found {
            match all.get_mut(&section) {
                Some(endpoints) if part.holds == Holds::Detail => join_cluster_ids(endpoints, &rows),
                Some(before) => before.merge(section, rows),
                None => {
                    all.insert(section, rows);
                }
            }
        }
        summaries.push(summary);
    }
    if all.is_empty() {
        let (empty, _) =
            read_rows(&mut &b"{}"[..], sections, filter, form, None).map_err(|e| unreadable(&origin, &e))?;
        all = empty;
    }
    Ok((all, summaries))
}

/// Text on its way to stdout.
struct Pen {
    text: Vec<u8>,
    to: mpsc::Sender<Vec<u8>>,
}

impl Pen {
    /// Takes text; false where nobody reads any more.
    fn write(&mut self, bytes: &[u8]) -> bool {
        self.text.extend_from_slice(bytes);
        self.text.len() < BLOCK || self.flush()
    }

    fn flush(&mut self) -> bool {
        self.to.blocking_send(std::mem::take(&mut self.text)).is_ok()
    }
}

/// Writes what comes from a blocking reader, until it ends.
async fn pour<T: Send + 'static>(
    ctx: &Context,
    work: impl FnOnce(&mut Pen) -> Result<T, CliError> + Send + 'static,
) -> Result<T, CliError> {
    let (to, mut from) = mpsc::channel(4);
    let reader = tokio::spawn(blocking(move || {
        let mut pen = Pen { text: Vec::new(), to };
        let result = work(&mut pen);
        pen.flush();
        result
    }));
    while let Some(block) = from.recv().await {
        ctx.out.bytes(&block)?;
    }
    reader.await.unwrap_or_else(|_| Err(CliError::failed("reading the dump failed: the reader was stopped")))
}

/// JSON with four blanks, as istioctl prints Envoy's.
fn pretty(value: &Value) -> Vec<u8> {
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    // a value always serialises into memory
    let _ = value.serialize(&mut serializer);
    text
}

/// Envoy's own JSON: a bare array as the dump streams by; the bootstrap as an object; the whole dump for `all`.
async fn json(ctx: &Context, plan: &Plan, proxy: &str, dump: Dump) -> Outcome {
    let (origin, filter) = (dump.origin.clone(), plan.filter.clone());
    let (summaries, matched) = match plan.sections[..] {
        [Section::Bootstrap] => {
            let found = values(dump, Section::Bootstrap, filter).await?;
            if let Some(bootstrap) = found.0.first() {
                let mut text = pretty(&serde_json::json!({ "bootstrap": bootstrap }));
                text.push(b'\n');
                ctx.out.bytes(&text)?;
            }
            (found.1, true)
        }
        [section] => pour(ctx, move |pen| array(dump, section, &filter, pen)).await?,
        _ => (pour(ctx, move |pen| whole(dump, pen)).await?, true),
    };
    Ok(tell(ctx, plan, &Shown { proxy, origin: &origin, summaries: &summaries, matched }))
}

/// The resources of a section; and whether there were any.
fn array(dump: Dump, section: Section, filter: &Filter, pen: &mut Pen) -> Result<(Vec<Summary>, bool), CliError> {
    let Dump { parts, origin } = dump;
    let (mut summaries, mut any) = (Vec::new(), false);
    for mut part in parts.into_iter().filter(|p| p.holds == Holds::Dump) {
        let mut each = |value: Value, _| {
            let text = String::from_utf8_lossy(&pretty(&value)).replace('\n', "\n    ");
            let before: &[u8] = if std::mem::replace(&mut any, true) { b",\n    " } else { b"[\n    " };
            if pen.write(before) && pen.write(text.as_bytes()) { Visit::Done } else { Visit::Stop }
        };
        let summary = read_json(&mut part.bytes, section, filter, &mut each).map_err(|e| unreadable(&origin, &e))?;
        summaries.push(summary);
    }
    pen.write(if any { b"\n]\n" } else { b"[]\n" });
    Ok((summaries, any))
}

/// A reader that hands on what it reads.
struct Tee<'p, R> {
    inner: R,
    pen: &'p mut Pen,
}

impl<R: Read> Read for Tee<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(out)?;
        if !self.pen.write(out.get(..n).unwrap_or_default()) {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        }
        Ok(n)
    }
}

/// The dump as it stands, read along the way to find what is wrong with it.
fn whole(dump: Dump, pen: &mut Pen) -> Result<Vec<Summary>, CliError> {
    let Dump { parts, origin } = dump;
    let mut summaries = Vec::new();
    for part in parts.into_iter().filter(|p| p.holds == Holds::Dump) {
        let mut tee = Tee { inner: part.bytes, pen: &mut *pen };
        summaries.push(walk(&mut tee, &Section::ALL, &mut |_| Visit::Done).map_err(|e| unreadable(&origin, &e))?);
        // what follows after the end
        let _ = std::io::copy(&mut tee, &mut std::io::sink());
    }
    Ok(summaries)
}

/// The wanted resources of a section, all of them.
async fn values(dump: Dump, section: Section, filter: Filter) -> Result<(Vec<Value>, Vec<Summary>), CliError> {
    blocking(move || {
        let Dump { parts, origin } = dump;
        let (mut all, mut summaries) = (Vec::new(), Vec::new());
        let mut held = Held::new("resources", usize::MAX, MAX_YAML);
        for mut part in parts.into_iter().filter(|p| p.holds == Holds::Dump) {
            let mut each = |value: Value, size| {
                if let Some(limit) = held.take(1, size) {
                    return Visit::Full(limit);
                }
                all.push(value);
                Visit::Done
            };
            summaries
                .push(read_json(&mut part.bytes, section, &filter, &mut each).map_err(|e| unreadable(&origin, &e))?);
        }
        Ok((all, summaries))
    })
    .await
}

async fn as_yaml(ctx: &Context, plan: &Plan, proxy: &str, dump: Dump) -> Outcome {
    let origin = dump.origin.clone();
    let [section] = plan.sections[..] else {
        let (parts, summaries) = blocking(move || parsed(dump)).await?;
        for part in &parts {
            ctx.out.data(&yaml::to_string(part)?)?;
        }
        return Ok(tell(ctx, plan, &Shown { proxy, origin: &origin, summaries: &summaries, matched: true }));
    };
    let (found, summaries) = values(dump, section, plan.filter.clone()).await?;
    let text = match (section, found.first()) {
        (Section::Bootstrap, Some(bootstrap)) => yaml::to_string(&serde_json::json!({ "bootstrap": bootstrap }))?,
        _ => yaml::to_string(&found)?,
    };
    ctx.out.data(&text)?;
    Ok(tell(ctx, plan, &Shown { proxy, origin: &origin, summaries: &summaries, matched: !found.is_empty() }))
}

/// A whole dump as it stands, parsed; YAML cannot be written along the way.
fn parsed(dump: Dump) -> Result<(Vec<Value>, Vec<Summary>), CliError> {
    let Dump { parts, origin } = dump;
    let (mut values, mut summaries) = (Vec::new(), Vec::new());
    let refused = |why: &str| {
        CliError::usage(format!("writing {origin} as YAML failed: {why}"))
            .hint("-o json gives it as it stands; or one section: proxy-config clusters -o yaml")
    };
    for part in parts.into_iter().filter(|p| p.holds == Holds::Dump) {
        let mut text = Vec::new();
        let read = part.bytes.take(MAX_YAML as u64 + 1).read_to_end(&mut text);
        read.map_err(|e| refused(&format!("reading it broke off: {e}")))?;
        if text.len() > MAX_YAML {
            return Err(refused(&format!("it is larger than {} MiB", MAX_YAML >> 20)));
        }
        let mut nothing = |_: Element<'_>| Visit::Done;
        let summary = walk(&mut &text[..], &Section::ALL, &mut nothing).map_err(|e| unreadable(&origin, &e))?;
        let why = summary.problems.iter().find(|p| p.is_truncation()).map(ToString::to_string);
        if let Some(why) = why {
            return Err(refused(&why));
        }
        values.push(serde_json::from_slice(&text).map_err(|_| refused("it is no valid JSON"))?);
        summaries.push(summary);
    }
    Ok((values, summaries))
}
