//! `meshctl probe`: what the pod of an installation's verification runs

use std::time::Duration;

use crate::cli::{CliError, Context, Exit, Outcome};

/// One attempt may take so long.
const ATTEMPT: Duration = Duration::from_secs(3);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(300);

/// Ask an HTTP address until it answers 200
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  meshctl probe http://istio-pilot.istio-system:15014/ready --timeout 30s")]
pub(crate) struct Args {
    /// The address
    url: String,
    /// How long to go on asking
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = crate::cli::duration)]
    timeout: Duration,
}

pub(crate) async fn run(_: &Context, args: Args) -> Outcome {
    if !reqwest::Url::parse(&args.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(CliError::usage(format!("\"{}\" is no HTTP address", args.url)).hint("http://HOST:PORT/PATH"));
    }
    let client = reqwest::Client::builder().no_proxy().timeout(ATTEMPT).build();
    let client = client.map_err(|_| CliError::failed("making an HTTP client failed"))?;
    let mut last = "it was never asked".to_owned();
    let asking = async {
        loop {
            match client.get(&args.url).send().await {
                Ok(answer) if answer.status().is_success() => return,
                Ok(answer) => last = format!("it answers {}", answer.status().as_u16()),
                Err(e) => last = reason(&e),
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(args.timeout, asking).await {
        Ok(()) => Ok(Exit::Yes),
        Err(_) => Err(CliError::failed(format!("asking {} failed for {} s: {last}", args.url, args.timeout.as_secs()))),
    }
}

/// The last of the causes: the system's own words.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
