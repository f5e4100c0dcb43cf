//! What is known of a CA, and its two forms: the kind `CAReport`, and tables.

use serde::Serialize;

use crate::cli::CliError;
use crate::data::model::{ClusterId, Report, Table, Timestamp};
use crate::pure::ca::{
    Action, CA_CERT, CaCert, CaFolder, ClusterFiles, Done, Finding, LooseFile, ROOT_CERT, Severity, Verified,
    bundle_of, same_root, shared_subject, utc, verify_bundle, verify_root,
};

/// A CA, its bundles, and all that is wrong with them.
#[derive(Debug, Serialize)]
pub(super) struct Survey {
    /// The folder.
    dir: String,
    /// Whether all clusters have one intermediate.
    shared: bool,
    /// The root, where the folder has one.
    root: Option<Authority>,
    /// The clusters' intermediates; where files were verified, the bundles.
    clusters: Vec<Authority>,
    /// All that is wrong.
    findings: Vec<Finding>,
    #[serde(skip)]
    now: Timestamp,
    #[serde(skip)]
    verified: Vec<Verified>,
}

/// One certificate authority.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Authority {
    #[serde(skip_serializing_if = "String::is_empty")]
    cluster: String,
    /// The folder or file that it stands in, as the user knows it.
    path: String,
    subject: String,
    key: String,
    not_before: String,
    not_after: String,
    /// SHA-256 of the certificate.
    fingerprint: String,
    /// `ok`, or what is wrong in a word or two; where there is no certificate to show, why.
    state: String,
    /// What `ca init` did.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
}

impl Survey {
    pub(super) fn new(dir: String, now: Timestamp) -> Self {
        Self { dir, shared: false, root: None, clusters: Vec::new(), findings: Vec::new(), now, verified: Vec::new() }
    }

    /// A whole CA folder.
    pub(super) fn of_folder(folder: &CaFolder, dir: &str, now: Timestamp) -> Self {
        let mut survey = Self::new(dir.to_owned(), now);
        survey.add_folder(folder, dir);
        survey.compare_roots();
        survey
    }

    pub(super) fn add_folder(&mut self, folder: &CaFolder, dir: &str) {
        let file = format!("{dir}/{ROOT_CERT}");
        let (cert, key) = folder.root(dir);
        let (verified, findings) = verify_root(&cert, &key, self.now);
        self.root = Some(authority("", &file, verified.roots.first(), &findings));
        self.verified.push(verified);
        self.findings.extend(findings);
        for (cluster, files) in &folder.clusters {
            self.add_bundle(cluster, &format!("{dir}/{cluster}"), files);
        }
    }

    pub(super) fn add_bundle(&mut self, name: &str, path: &str, files: &ClusterFiles) {
        let (verified, findings) = verify_bundle(&files.bundle(name, path), self.now);
        let ca = verified.ca.clone();
        self.put(path, ca.as_ref(), verified, findings);
    }

    /// Loose files of one folder.
    pub(super) fn add_files(&mut self, name: &str, files: &[LooseFile]) {
        let mut findings = Vec::new();
        let bundle = bundle_of(name, files, &mut findings);
        let (verified, found) = verify_bundle(&bundle, self.now);
        findings.extend(found);
        // a root alone may be verified too
        let root = verified.roots.first().filter(|_| !bundle.ca_cert.is_given());
        let cert = verified.ca.as_ref().or(root).cloned();
        self.put(name, cert.as_ref(), verified, findings);
    }

    /// A file or folder that was named, and cannot be read.
    pub(super) fn add_unreadable(&mut self, path: &str, why: &str) {
        self.findings.push(Finding::unreadable(path, why));
    }

    fn put(&mut self, path: &str, cert: Option<&CaCert>, verified: Verified, findings: Vec<Finding>) {
        self.clusters.push(authority(&verified.name, path, cert, &findings));
        self.shared |= verified.ca.as_ref().is_some_and(|ca| ca.common_name == shared_subject());
        self.verified.push(verified);
        self.findings.extend(findings);
    }

    /// Compares the roots of all that was added; once, at the end.
    pub(super) fn compare_roots(&mut self) {
        for finding in same_root(&self.verified) {
            for one in self.clusters.iter_mut().filter(|c| finding.file.starts_with(&format!("{}/", c.path))) {
                if finding.severity == Severity::Error && one.state == "ok" {
                    one.state = "other root".to_owned();
                }
            }
            self.findings.push(finding);
        }
    }

    /// Adds what `ca init` did.
    pub(super) fn acted(&mut self, actions: &[Action]) {
        for action in actions {
            let done = Some(match action.done {
                Done::Created => "created",
                Done::Completed => "completed",
                Done::Renewed => "renewed",
                Done::Kept | Done::KeptDue => "unchanged",
            });
            match &action.cluster {
                None => self.root.iter_mut().for_each(|root| root.action = done),
                Some(id) => self.clusters.iter_mut().filter(|c| c.cluster == *id).for_each(|c| c.action = done),
            }
        }
    }

    pub(super) fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.severity == Severity::Error)
    }

    /// The errors that concern these clusters or the root, and those of the folder's other clusters.
    pub(super) fn errors_by_concern(&self, clusters: &[ClusterId]) -> (Vec<&Finding>, Vec<&Finding>) {
        let others = self.clusters.iter().filter(|c| !clusters.iter().any(|id| id.as_str() == c.cluster));
        let folders: Vec<String> = others.map(|c| format!("{}/", c.path)).collect();
        self.errors().partition(|f| !folders.iter().any(|folder| f.file.starts_with(folder)))
    }

    /// Whether a file could not be read: then the question is not answered.
    pub(super) fn is_unread(&self) -> bool {
        self.findings.iter().any(Finding::is_unreadable)
    }

    /// A row for each authority.
    pub(super) fn report(&self) -> Result<Report, CliError> {
        let acted = self.root.iter().chain(&self.clusters).any(|a| a.action.is_some());
        let columns = ["CLUSTER", "SUBJECT", "KEY", "NOT AFTER", "FINGERPRINT", "STATE", "ACTION"];
        let mut table = Table::new(&columns[..columns.len() - usize::from(!acted)], &[]);
        for one in self.root.iter().chain(&self.clusters) {
            let cluster = if one.cluster.is_empty() { "(root)" } else { &one.cluster };
            let short: String = one.fingerprint.chars().take(16).collect();
            let known = [&one.subject, &one.key, &one.not_after, &short].map(|t| if t.is_empty() { "-" } else { t });
            let mut row = [&[cluster][..], &known, &[&one.state]].concat();
            row.extend(acted.then(|| one.action.unwrap_or("not asked for")));
            table.row(row);
        }
        self.of_kind(table)
    }

    /// A row for each finding, and one for each bundle that is in order.
    pub(super) fn findings_report(&self) -> Result<Report, CliError> {
        let mut table = Table::new(&["RESULT", "FILE", "FIELD", "MESSAGE"], &[]);
        for one in self.root.iter().chain(&self.clusters).filter(|a| is_good(&a.state)) {
            let message = format!("{} ({}), until {}", one.subject, one.key, one.not_after);
            table.row(["ok", &one.path, "-", &message]);
        }
        for finding in &self.findings {
            let result = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            table.row([result, &finding.file, &finding.field, &finding.message]);
        }
        self.of_kind(table)
    }

    fn of_kind(&self, table: Table) -> Result<Report, CliError> {
        let mut report = Report::of_kind("CAReport", self, table)
            .map_err(|e| CliError::failed(format!("writing the report failed: {e}")))?;
        report.names = self.clusters.iter().map(|c| c.cluster.clone()).collect();
        Ok(report)
    }
}

fn is_good(state: &str) -> bool {
    state == "ok" || state.starts_with("expires")
}

fn authority(name: &str, path: &str, cert: Option<&CaCert>, findings: &[Finding]) -> Authority {
    let text = |read: fn(&CaCert) -> String| cert.map(read).unwrap_or_default();
    Authority {
        cluster: name.to_owned(),
        path: path.to_owned(),
        subject: text(|c| c.subject.clone()),
        key: text(|c| c.key.to_string()),
        not_before: text(|c| utc(c.not_before)),
        not_after: text(|c| utc(c.not_after)),
        fingerprint: text(|c| c.fingerprint.clone()),
        state: state(cert, findings),
        action: None,
    }
}

/// What is wrong, in a word or two; errors first. Where no certificate can be shown, the row says why.
fn state(cert: Option<&CaCert>, findings: &[Finding]) -> String {
    let is_cert = |f: &&Finding| [CA_CERT, ROOT_CERT].iter().any(|file| f.file.ends_with(file)) && f.field != "file";
    let errors = || findings.iter().filter(|f| f.severity == Severity::Error);
    if let (None, Some(f)) = (cert, errors().find(is_cert)) {
        let file = f.file.rsplit('/').next().unwrap_or_default();
        let what = if f.is_unreadable() { "unreadable" } else { "broken" };
        return format!("{what}: {file}: {}", f.message);
    }
    let worst = findings.iter().min_by_key(|f| f.severity);
    match (worst, cert) {
        (None, Some(_)) => "ok".to_owned(),
        (None, None) => "missing".to_owned(),
        (Some(f), _) if f.severity == Severity::Warning => match f.field.contains("notAfter") {
            true => "expires soon".to_owned(),
            false => "ok".to_owned(),
        },
        (Some(f), _) if f.field.contains("notAfter") => "expired".to_owned(),
        (Some(f), _) if f.field.contains("notBefore") => "not valid yet".to_owned(),
        (Some(f), _) if f.field == "file" => "incomplete".to_owned(),
        (Some(f), _) if f.is_unreadable() => "unreadable".to_owned(),
        (Some(f), _) => format!("broken: {}", f.field),
    }
}
