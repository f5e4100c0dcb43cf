//! What every command gets: the global flags, the printer, and the few things of the environment that count.

#![expect(clippy::disallowed_methods, reason = "the clock, standard input and files that the user names come in here")]

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::parser::ValueSource;

use super::error::CliError;
use super::output::{Format, Output};
use crate::adapters::registry::{ReadOptions, Registry, Trust};
use crate::data::model::ClusterId;
use crate::data::model::Timestamp;
use crate::engine::{Loaded, load_once, load_pods};
use crate::pure::mesh::Mesh;
use crate::workflows::proxies::Unread;

/// How long a command waits for one cluster's objects.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(10);
/// How many broken objects and files are named one by one.
const MAX_WARNINGS: usize = 10;

/// How a registry gets its first cluster.
pub(super) const EMPTY: &str =
    "put a kubeconfig or a folder of manifests into it: meshctl cluster add ID --context CONTEXT";

/// Flags that every command takes.
#[derive(Debug, Clone, clap::Args)]
pub struct Globals {
    /// The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml
    #[arg(long, global = true, env = "MESHCTL_REGISTRY", value_name = "DIR", value_parser = directory(), help_heading = GLOBAL)]
    pub registry: Option<PathBuf>,
    /// The flags and arguments that the command line holds; those of variables and defaults are not among them.
    #[arg(skip)]
    pub given: BTreeSet<String>,
    /// How to print the result
    #[arg(short = 'o', long = "output", global = true, value_enum, value_name = "FORMAT", help_heading = GLOBAL)]
    pub output: Option<Format>,
    /// Say nothing but the result
    #[arg(short = 'q', long, global = true, help_heading = GLOBAL)]
    pub quiet: bool,
    /// Say more; -vv for traces
    #[arg(short = 'v', long, global = true, action = clap::ArgAction::Count, help_heading = GLOBAL)]
    pub verbose: u8,
}

/// The heading of these flags: a command's own come first.
const GLOBAL: &str = "Options of every command";

/// A path, also an empty one: that of a variable is as good as none, and that of a flag is told in our own words.
fn directory() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

impl Globals {
    /// These flags as they were given: `matches` knows who gave them.
    ///
    /// # Errors
    /// Where `--registry` names nothing.
    pub(super) fn given(mut self, matches: &clap::ArgMatches) -> Result<Self, CliError> {
        let mut leaf = matches;
        while let Some((_, below)) = leaf.subcommand() {
            leaf = below;
        }
        let by_hand = |id: &&clap::Id| leaf.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        self.given = leaf.ids().filter(by_hand).map(|id| id.as_str().to_owned()).collect();
        if self.registry.as_ref().is_some_and(|dir| dir.as_os_str().is_empty()) {
            if self.given.contains("registry") {
                return Err(CliError::usage("--registry names no directory: it is empty")
                    .hint("name the directory of kubeconfigs with --registry DIR or MESHCTL_REGISTRY"));
            }
            self.registry = None;
        }
        Ok(self)
    }
}

/// A question before something is done.
#[derive(Debug)]
pub struct Question {
    /// As it is asked: `Install?`
    pub asks: &'static str,
    /// What everything but a clear yes means: `installing was not confirmed`
    pub unconfirmed: &'static str,
    /// What holds where it is not done: `nothing was written`
    pub untouched: &'static str,
}

impl Question {
    /// What is said where somebody ends the command instead of answering.
    pub fn interrupted(&self) -> String {
        format!("{}: it was interrupted before that was confirmed", self.untouched)
    }
}

/// What every command gets.
pub struct Context {
    /// The global flags.
    pub globals: Globals,
    /// The printer.
    pub out: Output,
}

impl Context {
    /// Sets the printer up as the flags say.
    pub fn new(globals: Globals) -> Self {
        let out = Output::new(globals.quiet);
        out.log(globals.verbose);
        Self { globals, out }
    }

    /// The registry's directory: the flag, the variable, or `./kubeconf` where it exists.
    ///
    /// # Errors
    /// Where none of the three names one.
    pub fn registry_dir(&self) -> Result<PathBuf, CliError> {
        if let Some(dir) = &self.globals.registry {
            return Ok(dir.clone());
        }
        let default = PathBuf::from("kubeconf");
        if default.is_dir() {
            return Ok(default);
        }
        Err(CliError::usage("no registry was named, and there is no folder ./kubeconf here")
            .hint("name the directory of kubeconfigs with --registry DIR or MESHCTL_REGISTRY"))
    }

    /// Whether the command line holds this flag; one that a variable or a default gives is not there.
    pub fn is_given(&self, flag: &str) -> bool {
        self.globals.given.contains(flag)
    }

    /// What the clock says.
    pub fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp(since.map_or(0, |d| d.as_secs()))
    }

    /// The registry, whatever is wrong with its entries.
    ///
    /// # Errors
    /// Where none is named, or its directory cannot be read.
    pub fn registry(&self, primary: Option<ClusterId>) -> Result<Registry, CliError> {
        let options = ReadOptions { primary, trust: self.trust() };
        Ok(Registry::read(&self.registry_dir()?, &options)?)
    }

    /// The registry, for what must not go on while something is wrong with it.
    ///
    /// # Errors
    /// As [`Context::registry`], and one that names every problem.
    pub fn sound_registry(&self, primary: Option<ClusterId>) -> Result<Registry, CliError> {
        let registry = self.registry(primary)?;
        if registry.problems.is_empty() { Ok(registry) } else { Err(CliError::registry_problems(&registry)) }
    }

    /// Says that a registry holds no cluster, where that is so and nothing is wrong with it.
    pub fn note_empty(&self, registry: &Registry) {
        if registry.entries.is_empty() && registry.problems.is_empty() {
            self.out.note(&format!("the registry {} holds no clusters", registry.dir.display()));
        }
    }

    /// The user's own kubeconfigs, as kubectl finds them: the files of `KUBECONFIG` that are there, else `~/.kube/config`.
    ///
    /// # Errors
    /// Where there is none.
    pub fn kubeconfigs(&self) -> Result<Vec<PathBuf>, CliError> {
        let none = |what: String| CliError::usage(what).hint("name one with --kubeconfig FILE");
        if let Some(named) = std::env::var_os("KUBECONFIG").filter(|v| !v.is_empty()) {
            let files: Vec<PathBuf> = std::env::split_paths(&named).filter(|f| f.is_file()).collect();
            let what = format!("none of the files of KUBECONFIG is there: {}", named.display());
            return if files.is_empty() { Err(none(what)) } else { Ok(files) };
        }
        let usual = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".kube/config"));
        match usual.filter(|file| file.is_file()) {
            Some(file) => Ok(vec![file]),
            None => Err(none("there is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config is not there".into())),
        }
    }

    /// Says what is bad inside of the registry's file clusters, which are read without it.
    pub fn warn_of_inside(&self, registry: &Registry) {
        for inside in registry.inside() {
            self.out.warning(&inside.problem.to_string());
        }
    }

    /// An Envoy on this machine: `ENVOY`, else the first on `PATH`.
    pub fn envoy(&self) -> Option<PathBuf> {
        let named = std::env::var_os("ENVOY").filter(|name| !name.is_empty()).map(PathBuf::from);
        named.or_else(|| {
            let path = std::env::var_os("PATH")?;
            std::env::split_paths(&path).map(|dir| dir.join("envoy")).find(|envoy| envoy.is_file())
        })
    }

    /// A file of input as a stream; `-` is standard input.
    ///
    /// # Errors
    /// Where it cannot be opened, or is a folder.
    pub fn input(&self, path: &std::path::Path) -> Result<Box<dyn std::io::Read + Send>, CliError> {
        if path.as_os_str() == "-" {
            return Ok(Box::new(std::io::stdin()));
        }
        let refused = |why: String| {
            CliError::usage(format!("opening the file {} failed: {why}", path.display()))
                .hint("name a file with an answer of an Envoy to /config_dump?include_eds; - is standard input")
        };
        let file = std::fs::File::open(path).map_err(|e| refused(e.to_string()))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            return Err(refused("it is a folder".to_owned()));
        }
        Ok(Box::new(file))
    }

    /// The merged mesh of the registry, read once. What is wrong with entries, and clusters that do not answer, are warnings.
    ///
    /// # Errors
    /// Where the registry cannot be read, or no cluster of it answers.
    pub async fn mesh(&self) -> Result<Mesh, CliError> {
        let registry = self.whole_registry()?;
        let loaded = load_once(&registry, DEADLINE).await;
        self.loaded(&registry, loaded, registry.entries.len())
    }

    /// As [`Context::mesh`], with what the mesh was read without: also where no cluster answers.
    ///
    /// # Errors
    /// Where the registry cannot be read, or names no cluster.
    pub async fn mesh_as_read(&self) -> Result<(Mesh, Unread), CliError> {
        let registry = self.whole_registry()?;
        let loaded = load_once(&registry, DEADLINE).await;
        let unread = Unread::of(&registry, &loaded);
        if registry.entries.is_empty() && unread.is_empty() {
            return Err(self.nobody(&registry, &[]));
        }
        self.warn_of(&loaded);
        Ok((loaded.mesh, unread))
    }

    /// The pods of the registry's clusters, as a mesh without anything else, for finding a proxy: of one cluster and one
    /// namespace alone where they are named.
    ///
    /// # Errors
    /// As [`Context::mesh`].
    pub async fn pods(
        &self,
        registry: &Registry,
        cluster: Option<&str>,
        namespace: Option<&str>,
    ) -> Result<Mesh, CliError> {
        let only = cluster.and_then(|id| ClusterId::parse(id).ok());
        let asked = registry.entries.iter().filter(|e| only.as_ref().is_none_or(|id| *id == e.id)).count();
        let loaded = load_pods(registry, only.as_ref(), namespace, DEADLINE).await;
        self.loaded(registry, loaded, asked)
    }

    /// The registry; what is wrong with its entries are warnings.
    ///
    /// # Errors
    /// As [`Context::registry`].
    pub fn whole_registry(&self) -> Result<Registry, CliError> {
        let registry = self.registry(None)?;
        for problem in &registry.problems {
            self.out.warning(&problem.to_string());
        }
        Ok(registry)
    }

    fn loaded(&self, registry: &Registry, loaded: Loaded, asked: usize) -> Result<Mesh, CliError> {
        // a cluster that is not there is for whoever looks for it to say
        if loaded.failed.len() == asked && (asked > 0 || registry.entries.is_empty()) {
            return Err(self.nobody(registry, &failures(&loaded)));
        }
        self.warn_of(&loaded);
        Ok(loaded.mesh)
    }

    /// No cluster of a registry could be read.
    fn nobody(&self, registry: &Registry, reasons: &[String]) -> CliError {
        let why = if reasons.is_empty() { "it names no cluster".to_owned() } else { reasons.join("; ") };
        let what = format!("reading the mesh of {} failed: {why}", registry.dir.display());
        let error = CliError::usage(what);
        match registry.entries.is_empty() && registry.problems.is_empty() {
            true => error.hint(EMPTY),
            false => error.hint("look at each cluster: meshctl cluster list"),
        }
    }

    /// Says what counts for nothing in what was loaded.
    fn warn_of(&self, loaded: &Loaded) {
        for reason in failures(loaded) {
            self.out.warning(&reason);
        }
        let bad = &loaded.bad;
        for (cluster, what) in bad.iter().take(MAX_WARNINGS) {
            self.out.warning(&format!("in the cluster {cluster}, {what}"));
        }
        if bad.len() > MAX_WARNINGS {
            self.out.warning(&format!("{} more objects or files count for nothing", bad.len() - MAX_WARNINGS));
        }
    }

    /// How far kubeconfigs are trusted: those on the user's terminal may run plugins; in a pod they come from a mounted
    /// folder, and pass the sanitiser.
    pub fn trust(&self) -> Trust {
        if std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() { Trust::Sanitised } else { Trust::Terminal }
    }

    /// Whether somebody sits at a terminal who can answer.
    fn can_ask(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Asks on a terminal whether to do what `told` says; elsewhere nobody can answer, and it goes on. False where `interrupt`
    /// came first.
    ///
    /// # Errors
    /// Where the answer is no or cannot be read, or `--quiet` leaves no question to answer.
    pub async fn confirmed<const N: usize>(
        &self,
        told: impl FnOnce() -> [String; N],
        question: &Question,
        interrupt: impl Future<Output = ()>,
    ) -> Result<bool, CliError> {
        if !self.can_ask() {
            return Ok(true);
        }
        if self.globals.quiet {
            return Err(CliError::usage("--quiet leaves no question to answer").hint("add --yes"));
        }
        told().iter().for_each(|text| self.out.note(text.trim_end()));
        tokio::select! {
            answer = self.answer(question.asks) => match answer.map_err(|e| e.hint("add --yes"))? {
                true => Ok(true),
                false => {
                    let why = format!("{}; {}", question.unconfirmed, question.untouched);
                    Err(CliError::failed(why).hint("--yes does not ask"))
                }
            },
            () = interrupt => Ok(false),
        }
    }

    /// Asks a question on stderr, without keeping the command from hearing of an interrupt.
    async fn answer(&self, question: &str) -> Result<bool, CliError> {
        self.out.note(&format!("{question} [y/N]"));
        let (send, answer) = tokio::sync::oneshot::channel();
        // not one of the runtime's threads: those are waited for, and this one may never hear anything
        std::thread::spawn(move || send.send(read_answer()));
        let nobody = || CliError::failed("reading the answer failed: nobody reads it");
        answer.await.unwrap_or_else(|_| Err(nobody()))
    }

    /// The format that was asked for; a table where none was.
    pub fn format(&self) -> Format {
        self.globals.output.unwrap_or(Format::Table)
    }
}

/// A line of standard input, and whether it is a clear yes.
fn read_answer() -> Result<bool, CliError> {
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.map_err(|e| CliError::failed(format!("reading the answer failed: {e}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Why clusters could not be read, a sentence each.
fn failures(loaded: &Loaded) -> Vec<String> {
    loaded.failed.iter().map(|(id, why)| format!("reading the cluster {id} failed: {why}")).collect()
}
