//! Server-side apply: an object as we want it, by its path, and who else holds its fields.

use std::time::Duration;

use serde_json::Value;

use super::K8sError;
use super::object::send;

/// How an object is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apply<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// Whether the server only says what would be.
    pub dry_run: bool,
    /// Whether fields of other managers are taken.
    pub force: bool,
}

/// A field that another manager holds with another value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldConflict {
    /// The other manager, as the server names it.
    pub manager: String,
    /// The field: `.spec.replicas`.
    pub field: String,
}

/// Why an object was not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Others hold fields of it.
    #[error("{}", sentence(.0))]
    Conflict(Vec<FieldConflict>),
    /// Anything else.
    #[error(transparent)]
    Api(#[from] K8sError),
}

fn sentence(conflicts: &[FieldConflict]) -> String {
    let mut fields: Vec<String> =
        conflicts.iter().map(|c| format!("its field {} is held by {}", c.field, c.manager)).collect();
    fields.sort();
    fields.join(", ")
}

/// Applies an object at its path, and gives it as it then is, or would be.
///
/// # Errors
/// [`ApplyError`].
pub async fn apply(
    client: &kube::Client,
    path: &str,
    object: &Value,
    how: Apply<'_>,
    deadline: Duration,
) -> Result<Value, ApplyError> {
    let mut query = format!("{path}?fieldManager={}", how.manager);
    query.push_str(if how.dry_run { "&dryRun=All" } else { "" });
    query.push_str(if how.force { "&force=true" } else { "" });
    // JSON is YAML
    let body = object.to_string().into_bytes();
    let request = || {
        http::Request::patch(&query)
            .header(http::header::CONTENT_TYPE, "application/apply-patch+yaml")
            .body(body.clone())
    };
    match send(client, deadline, request).await? {
        Ok(object) => Ok(object),
        Err(status) if status.code == 409 => match conflicts(&status) {
            found if found.is_empty() => Err(K8sError::of_status(&status).into()),
            found => Err(ApplyError::Conflict(found)),
        },
        Err(status) => Err(K8sError::of_status(&status).into()),
    }
}

/// The fields of a 409 and who holds them: the server says so in a sentence for each.
fn conflicts(status: &kube::core::Status) -> Vec<FieldConflict> {
    let causes = status.details.iter().flat_map(|d| &d.causes).filter(|c| c.reason == "FieldManagerConflict");
    causes
        .map(|cause| {
            let manager = cause.message.split('"').nth(1).unwrap_or("another manager");
            FieldConflict { manager: plain(manager), field: plain(&cause.field) }
        })
        .collect()
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_names_field_and_manager() -> Result<(), serde_json::Error> {
        let status: kube::core::Status = serde_json::from_value(serde_json::json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 409, "reason": "Conflict",
            "message": "Apply failed with 1 conflict",
            "details": {"causes": [{
                "reason": "FieldManagerConflict",
                "message": "conflict with \"kubectl-scale\" with subresource \"scale\" using apps/v1",
                "field": ".spec.replicas",
            }]},
        }))?;
        let found = conflicts(&status);
        assert_eq!(found, vec![FieldConflict { manager: "kubectl-scale".into(), field: ".spec.replicas".into() }]);
        assert_eq!(ApplyError::Conflict(found).to_string(), "its field .spec.replicas is held by kubectl-scale");
        Ok(())
    }
}
