//! From the flags to dumps: whom to ask, and about which proxy.

use std::path::PathBuf;

use super::{From, Plan, show};
use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::data::model::{Report, Table};
use crate::pure::inspect::Section;
use crate::workflows::proxies::{
    self, Dump, EndpointQuery, Holds, Origin, Part, Pilot, SourceError, Target, TargetQuery, Targets,
};

/// Who is asked.
enum Source {
    File(PathBuf),
    Admin(String),
    Pilot(String),
    Registry(PathBuf),
}

impl Source {
    /// The flags' word; without one, pilot where PILOT_URL is set, else the registry.
    fn of(ctx: &Context, plan: &Plan) -> Result<Self, CliError> {
        let common = &plan.common;
        let named = match (&common.file, &common.admin) {
            (Some(file), _) => Some((From::File, Source::File(file.clone()))),
            (None, Some(admin)) => Some((From::Envoy, Source::Admin(admin.clone()))),
            (None, None) => None,
        };
        let pilot = common.pilot.clone().filter(|url| !url.is_empty());
        match (named, common.from) {
            (Some((is, source)), from) if from.is_none_or(|f| f == is) => Ok(source),
            (Some(_), _) => {
                Err(CliError::usage("--from names another source than -f or --admin").hint("leave --from out"))
            }
            (None, Some(From::File)) => {
                Err(CliError::usage("no file was named").hint("-f dump.json, or -f - for standard input"))
            }
            (None, Some(From::Envoy)) => Err(CliError::usage("reaching an Envoy by port-forward is not built yet")
                .hint("kubectl port-forward POD 15000, then: meshctl proxy-config … --admin 127.0.0.1:15000")),
            (None, Some(From::Pilot)) => pilot.map(Source::Pilot).ok_or_else(|| {
                CliError::usage("no pilot was named").hint("set PILOT_URL=127.0.0.1:8080, or --pilot 127.0.0.1:8080")
            }),
            (None, Some(From::Registry)) => Ok(Source::Registry(ctx.registry_dir()?)),
            (None, None) => match pilot {
                Some(url) => Ok(Source::Pilot(url)),
                None => Ok(Source::Registry(ctx.registry_dir()?)),
            },
        }
    }
}

fn query(plan: &Plan) -> Result<TargetQuery, CliError> {
    let text = plan.words.target.clone().ok_or_else(|| {
        CliError::usage("no proxy was named")
            .hint("name a pod, an app label, a workload or a service: meshctl proxy-config clusters productpage")
    })?;
    Ok(TargetQuery {
        text,
        namespace: plan.common.namespace.clone(),
        cluster: plan.in_cluster.clone(),
        all: plan.common.all,
    })
}

/// Asks, and shows the answer.
pub(super) async fn run(ctx: &Context, plan: Plan) -> Outcome {
    let source = Source::of(ctx, &plan)?;
    if let (Source::File(_) | Source::Admin(_), Some(word)) = (&source, &plan.words.target) {
        return Err(CliError::usage(format!(
            "\"{word}\" names a proxy, but a file and an admin address are one proxy already"
        ))
        .hint("leave the name out, or leave -f and --admin out"));
    }
    if ctx.format() == Format::V1 {
        return v1(ctx, &plan, source).await;
    }
    let wide = ctx.format() == Format::Wide;
    match source {
        Source::File(path) => {
            let bytes = ctx.input(&path)?;
            let origin = Origin::File(path.display().to_string());
            let dump = Dump { parts: vec![Part { bytes, holds: Holds::Dump }], origin };
            show::one(ctx, &plan, dump).await
        }
        Source::Admin(url) => {
            let dump = proxies::admin_dump(&url, &plan.sections, &plan.filter, wide).await?;
            show::one(ctx, &plan, dump).await
        }
        Source::Pilot(url) => {
            let pilot = Pilot::new(&url)?;
            let targets = pilot.resolve(&query(&plan)?).await??;
            let mut dumps = Vec::new();
            for target in told(ctx, pilot.origin(), targets) {
                dumps.push((target.to_string(), pilot.config_dump(&target).await?));
            }
            show::many(ctx, &plan, dumps).await
        }
        Source::Registry(dir) => {
            let mesh = ctx.mesh().await?;
            let targets = proxies::resolve(&mesh, &query(&plan)?)?;
            let mut dumps = Vec::new();
            for target in told(ctx, &Origin::Registry(dir.display().to_string()), targets) {
                dumps.push((target.to_string(), proxies::computed_dump(&mesh, &dir.display().to_string(), &target)?));
            }
            show::many(ctx, &plan, dumps).await
        }
    }
}

/// Says on stderr which proxy was taken, and who is asked.
fn told(ctx: &Context, origin: &Origin, targets: Targets) -> Vec<Target> {
    let Targets { chosen, of } = targets;
    if let [one] = &chosen[..] {
        let count = if of > 1 { format!(" (1 of {of})") } else { String::new() };
        ctx.out.note(&format!("{one}{count}, from {origin}"));
    } else {
        ctx.out.note(&format!("{} proxies, from {origin}", chosen.len()));
    }
    chosen
}

/// The talk's JSON: pilot's answers as they stand.
async fn v1(ctx: &Context, plan: &Plan, source: Source) -> Outcome {
    let path = match plan.sections[..] {
        [Section::Clusters] => "clusters".to_owned(),
        [Section::Listeners] => "listeners".to_owned(),
        [Section::Routes] => {
            let name = plan.words.route.clone().or_else(|| routes_name(plan));
            let name = name.ok_or_else(|| {
                CliError::usage("pilot's v1 routes are asked for by name")
                    .hint("meshctl proxy-config routes s 9080 productpage -o v1")
            })?;
            format!("routes/{name}")
        }
        [Section::Endpoints] => return registration(ctx, plan).await,
        _ => {
            return Err(CliError::usage("the talk's pilot has no such view")
                .hint("-o v1 is for clusters, endpoints, listeners and routes"));
        }
    };
    let text = match source {
        Source::Pilot(url) => {
            let pilot = Pilot::new(&url)?;
            let targets = pilot.resolve(&query(plan)?).await??;
            let mut all = String::new();
            for target in told(ctx, pilot.origin(), targets) {
                all.push_str(&ended(pilot.v1(&path, &target).await?));
            }
            all
        }
        Source::Registry(dir) => {
            let mesh = ctx.mesh().await?;
            let targets = proxies::resolve(&mesh, &query(plan)?)?;
            let mut all = String::new();
            for target in told(ctx, &Origin::Registry(dir.display().to_string()), targets) {
                all.push_str(&ended(proxies::computed_v1(&mesh, &dir.display().to_string(), &target, &path)?));
            }
            all
        }
        Source::File(_) | Source::Admin(_) => {
            return Err(
                CliError::usage("a dump of an Envoy has nothing of the talk's v1 JSON").hint("-o json is Envoy's own")
            );
        }
    };
    ctx.out.data(&text)?;
    Ok(Exit::Yes)
}

/// `--name` of routes, where it is a whole name.
fn routes_name(plan: &Plan) -> Option<String> {
    plan.filter.name.as_ref().and_then(|g| g.exact()).map(str::to_owned)
}

fn ended(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The talk's `s KEY`: the endpoints of a service's port, over all clusters.
pub(super) async fn registration(ctx: &Context, plan: &Plan) -> Outcome {
    let key = plan.words.cluster.clone().or_else(|| plan.words.target.clone().filter(|t| t.contains(".svc.")));
    let Some(key) = key else {
        if plan.sections.is_empty() {
            return Err(CliError::usage("showing the secrets of a proxy is not built yet")
                .hint("endpoints of a service: meshctl proxy-config s 'reviews.default.svc.cluster.local|http'"));
        }
        return Err(CliError::usage("the talk's endpoints are asked for by service, not by proxy")
            .hint("meshctl proxy-config endpoints 'reviews.default.svc.cluster.local|http' -o v1"));
    };
    let key = key.strip_prefix("out.").unwrap_or(&key).to_owned();
    match Source::of(ctx, plan)? {
        Source::Pilot(url) => {
            let pilot = Pilot::new(&url)?;
            ctx.out.note(&format!("{key}, from {}", pilot.origin()));
            let text = ended(pilot.registration(&key).await?);
            if ctx.format() == Format::V1 {
                ctx.out.data(&text)?;
            } else {
                ctx.out.report(&hosts(&text, pilot.origin())?, ctx.format())?;
            }
        }
        Source::Registry(dir) => {
            let mesh = ctx.mesh().await?;
            ctx.out.note(&format!("{key}, from {}", Origin::Registry(dir.display().to_string())));
            let query =
                EndpointQuery { text: key, namespace: plan.common.namespace.clone(), cluster: plan.in_cluster.clone() };
            if ctx.format() == Format::V1 {
                ctx.out.data(&proxies::endpoint_v1(&mesh, &query)?)?;
            } else {
                ctx.out.report(&proxies::endpoint_rows(&mesh, &query)?, ctx.format())?;
            }
        }
        Source::File(_) | Source::Admin(_) => {
            return Err(CliError::usage("a dump of an Envoy has clusters, not service keys")
                .hint("meshctl proxy-config endpoints -f dump.json --cluster 'out.HOST|http'"));
        }
    }
    Ok(Exit::Yes)
}

/// Pilot's v1 hosts as a table.
fn hosts(text: &str, origin: &Origin) -> Result<Report, CliError> {
    let data: serde_json::Value = serde_json::from_str(text).map_err(|_| SourceError::Answer {
        origin: origin.clone(),
        path: "/v1/registration".to_owned(),
        why: proxies::no_json(text).to_owned(),
    })?;
    let mut table = Table::new(&["ADDRESS", "PORT", "LOCALITY"], &[]);
    let mut names = Vec::new();
    for host in data.get("hosts").and_then(|h| h.as_array()).into_iter().flatten() {
        let address = host.get("ip_address").and_then(|a| a.as_str()).unwrap_or_default();
        let port = host.get("port").map(ToString::to_string).unwrap_or_default();
        let az = host.pointer("/tags/az").and_then(|a| a.as_str()).unwrap_or("-");
        names.push(format!("{address}:{port}"));
        table.row([address, port.as_str(), az]);
    }
    Ok(Report { data, table, names })
}
