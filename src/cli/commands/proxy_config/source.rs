//! From the flags to dumps: whom to ask, and about which proxy.

use std::path::PathBuf;

use super::{From, Plan, show};
use crate::adapters::registry::Registry;
use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::data::model::{Report, Table};
use crate::pure::inspect::Section;
use crate::workflows::proxies::{
    self, Dump, EndpointQuery, Envoy, Holds, Origin, Part, Pilots, Reach, SourceError, Target, TargetQuery, Targets,
};

/// Who is asked.
enum Source {
    File(PathBuf),
    Admin(String),
    /// At this URL, or by port-forward.
    Pilot(Option<String>),
    /// By port-forward.
    Envoy,
    Registry,
    /// The Envoy of a pod in a live cluster; of one in a file cluster, the registry.
    ByCluster,
}

impl Source {
    /// The flags' word; without one, pilot where PILOT_URL is set, else what the proxy's cluster allows.
    fn of(plan: &Plan) -> Result<Self, CliError> {
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
            (None, Some(From::Envoy)) => Ok(Source::Envoy),
            (None, Some(From::Pilot)) => Ok(Source::Pilot(pilot)),
            (None, Some(From::Registry)) => Ok(Source::Registry),
            (None, None) if pilot.is_some() => Ok(Source::Pilot(pilot)),
            (None, None) => Ok(Source::ByCluster),
        }
    }
}

/// The pilots: the one at a URL, else those in the primary, by port-forward.
pub(in crate::cli::commands) async fn pilots(ctx: &Context, url: Option<&str>) -> Result<Pilots, CliError> {
    match url {
        Some(url) => Ok(Pilots::at(url)?),
        None => {
            let registry = ctx.whole_registry()?;
            Ok(Pilots::of_registry(&registry, &Reach::new(&registry)).await?)
        }
    }
}

/// Says which pilots did not answer, while others did.
pub(in crate::cli::commands) fn silent(ctx: &Context, pilots: &Pilots) {
    for error in pilots.silent() {
        ctx.out.warning(&error.to_string());
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
    let source = Source::of(&plan)?;
    if let (Source::File(_) | Source::Admin(_), Some(word)) = (&source, &plan.words.target) {
        return Err(CliError::usage(format!(
            "\"{word}\" names a proxy, but a file and an admin address are one proxy already"
        ))
        .hint("leave the name out, or leave -f and --admin out"));
    }
    if ctx.format() == Format::V1 {
        return v1(ctx, &plan, source).await;
    }
    match source {
        Source::File(path) => {
            let bytes = ctx.input(&path)?;
            let origin = Origin::File(path.display().to_string());
            let dump = Dump { parts: vec![Part { bytes, holds: Holds::Dump }], origin };
            show::one(ctx, &plan, dump).await
        }
        Source::Admin(url) => {
            let wide = ctx.format() == Format::Wide;
            let dump = Envoy::at(&url)?.dump(&plan.sections, &plan.filter, wide).await?;
            show::one(ctx, &plan, dump).await
        }
        Source::Pilot(url) => {
            let mut pilots = pilots(ctx, url.as_deref()).await?;
            let targets = pilots.resolve(&query(&plan)?).await??;
            silent(ctx, &pilots);
            let mut dumps = Vec::new();
            for target in told(ctx, targets, |t| pilots.of(t).map(|p| p.origin().clone()).ok()) {
                dumps.push((target.to_string(), pilots.of(&target)?.config_dump(&target).await?));
            }
            show::many(ctx, &plan, dumps).await
        }
        Source::Envoy => {
            let registry = ctx.whole_registry()?;
            let targets = found(ctx, &registry, &query(&plan)?).await?;
            envoys(ctx, &plan, &Reach::new(&registry), targets).await
        }
        Source::ByCluster => {
            let registry = ctx.whole_registry()?;
            let reach = Reach::new(&registry);
            if registry.entries.iter().any(|e| reach.is_live(&e.id)) {
                let targets = found(ctx, &registry, &query(&plan)?).await?;
                if targets.chosen.iter().all(|t| reach.is_live(&t.id.cluster)) {
                    return envoys(ctx, &plan, &reach, targets).await;
                }
            }
            computed(ctx, &plan).await
        }
        Source::Registry => computed(ctx, &plan).await,
    }
}

/// The pods of a registry that a query means, with no more read than that takes.
pub(in crate::cli::commands) async fn found(
    ctx: &Context,
    registry: &Registry,
    query: &TargetQuery,
) -> Result<Targets, CliError> {
    let (cluster, namespace) = query.place();
    let mesh = ctx.pods(registry, cluster, namespace).await?;
    Ok(proxies::resolve(&mesh, query)?)
}

/// Shows what Envoys hold, by port-forward.
async fn envoys(ctx: &Context, plan: &Plan, reach: &Reach, targets: Targets) -> Outcome {
    let wide = ctx.format() == Format::Wide;
    let mut dumps = Vec::new();
    for target in told(ctx, targets, |t| Some(Origin::EnvoyPod(t.to_string()))) {
        let envoy = Envoy::of_pod(reach, &target).await.map_err(|e| match (&e, &plan.sections[..]) {
            (SourceError::NoWay { .. }, [Section::Bootstrap]) => no_bootstrap(&e.to_string()),
            _ => e.into(),
        })?;
        dumps.push((target.to_string(), envoy.dump(&plan.sections, &plan.filter, wide).await?));
    }
    show::many(ctx, plan, dumps).await
}

/// Shows what proxies would be given, computed here.
async fn computed(ctx: &Context, plan: &Plan) -> Outcome {
    if let [Section::Bootstrap] = plan.sections[..] {
        return Err(no_bootstrap("a registry does not say how a proxy was started: nobody but its Envoy knows"));
    }
    let (dir, query) = (ctx.registry_dir()?.display().to_string(), query(plan)?);
    let mesh = ctx.mesh().await?;
    let targets = proxies::resolve(&mesh, &query)?;
    let mut dumps = Vec::new();
    for target in told(ctx, targets, |_| Some(Origin::Registry(dir.clone()))) {
        dumps.push((target.to_string(), proxies::computed_dump(&mesh, &dir, &target)?));
    }
    show::many(ctx, plan, dumps).await
}

/// Nobody but the Envoy has its bootstrap.
fn no_bootstrap(why: &str) -> CliError {
    CliError::usage(why)
        .hint("an Envoy that can be reached: meshctl proxy-config bootstrap --admin HOST:PORT")
        .hint("or what it answered to /config_dump: meshctl proxy-config bootstrap -f dump.json")
}

/// Says on stderr which proxy was taken, and who is asked.
fn told(ctx: &Context, targets: Targets, origin: impl Fn(&Target) -> Option<Origin>) -> Vec<Target> {
    let Targets { chosen, of } = targets;
    let from = |t: &Target| origin(t).map(|o| format!(", from {o}")).unwrap_or_default();
    match &chosen[..] {
        [one] => {
            let count = if of > 1 { format!(" (1 of {of})") } else { String::new() };
            ctx.out.note(&format!("{one}{count}{}", from(one)));
        }
        [first, ..] => ctx.out.note(&format!("{} proxies{}", chosen.len(), from(first))),
        [] => {}
    }
    chosen
}

/// The talk's JSON: pilot's answers as they stand.
async fn v1(ctx: &Context, plan: &Plan, source: Source) -> Outcome {
    let of_envoy = match &source {
        Source::File(path) => Some((format!("-f {}", path.display()), "-f")),
        Source::Admin(url) => Some((format!("--admin {url}"), "--admin")),
        Source::Envoy => Some(("--from envoy".to_owned(), "--from envoy")),
        Source::Pilot(_) | Source::Registry | Source::ByCluster => None,
    };
    if let Some((given, flag)) = of_envoy {
        return Err(CliError::usage(format!(
            "-o v1 is what the talk's pilot says of a proxy, and {given} is an Envoy's dump"
        ))
        .hint(format!(
            "leave {flag} out and name the proxy, and the pilot or the registry is asked; of a dump: -o json"
        )));
    }
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
            let mut pilots = pilots(ctx, url.as_deref()).await?;
            let targets = pilots.resolve(&query(plan)?).await??;
            silent(ctx, &pilots);
            let mut all = String::new();
            for target in told(ctx, targets, |t| pilots.of(t).map(|p| p.origin().clone()).ok()) {
                all.push_str(&ended(pilots.of(&target)?.v1(&path, &target).await?));
            }
            all
        }
        Source::Registry | Source::ByCluster => {
            let (dir, query) = (ctx.registry_dir()?.display().to_string(), query(plan)?);
            let mesh = ctx.mesh().await?;
            let targets = proxies::resolve(&mesh, &query)?;
            let mut all = String::new();
            for target in told(ctx, targets, |_| Some(Origin::Registry(dir.clone()))) {
                all.push_str(&ended(proxies::computed_v1(&mesh, &dir, &target, &path)?));
            }
            all
        }
        // refused above
        Source::File(_) | Source::Admin(_) | Source::Envoy => return Ok(Exit::Unasked),
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
    match Source::of(plan)? {
        Source::Pilot(url) => {
            let pilots = pilots(ctx, url.as_deref()).await?;
            let (text, origin) = asked(ctx, &pilots, &key).await?;
            ctx.out.note(&format!("{key}, from {origin}"));
            if ctx.format() == Format::V1 {
                ctx.out.data(&ended(text))?;
            } else {
                ctx.out.report(&hosts(&text, &origin)?, ctx.format())?;
            }
        }
        Source::Registry | Source::ByCluster => {
            let (mesh, unread) = ctx.mesh_as_read().await?;
            let unread = unread.within(plan.in_cluster.as_deref());
            ctx.out.note(&format!("{key}, from {}", Origin::Registry(ctx.registry_dir()?.display().to_string())));
            let query =
                EndpointQuery { text: key, namespace: plan.common.namespace.clone(), cluster: plan.in_cluster.clone() };
            if ctx.format() == Format::V1 {
                ctx.out.data(&proxies::endpoint_v1(&mesh, &query).map_err(|e| e.without(&unread))?)?;
            } else {
                ctx.out.report(&proxies::endpoint_rows(&mesh, &query, &unread)?, ctx.format())?;
            }
            if !unread.is_empty() {
                return Ok(Exit::Unasked);
            }
        }
        Source::File(_) | Source::Admin(_) | Source::Envoy => {
            return Err(CliError::usage("a dump of an Envoy has clusters, not service keys")
                .hint("meshctl proxy-config endpoints -f dump.json --cluster 'out.HOST|http'"));
        }
    }
    Ok(Exit::Yes)
}

/// The endpoints of a key, from the first pilot that answers: all have the same mesh. Names those that do not.
async fn asked(ctx: &Context, pilots: &Pilots, key: &str) -> Result<(String, Origin), CliError> {
    let mut silent = Vec::new();
    for pilot in pilots.iter() {
        match pilot.registration(key).await {
            Ok(text) => {
                silent.iter().for_each(|e: &SourceError| ctx.out.warning(&e.to_string()));
                return Ok((text, pilot.origin().clone()));
            }
            Err(error) => silent.push(error),
        }
    }
    let last = silent.pop().unwrap_or_else(|| SourceError::NoPilot("there is none".to_owned()));
    silent.iter().for_each(|e| ctx.out.warning(&e.to_string()));
    Err(last.into())
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
