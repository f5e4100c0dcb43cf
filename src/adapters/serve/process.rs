//! What the system says about this process: start, processor time, memory, open files. Names are the Prometheus clients'.

use std::fmt;
use std::path::Path;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::adapters::files::{list_dir, read_capped};
use crate::data::model::Timestamp;

/// Linux counts processor time for programs in hundredths of a second on every architecture (`USER_HZ`).
const TICKS: f64 = 100.0;

/// The figures of this process; what the system does not say is left out.
#[derive(Debug)]
pub(super) struct Process {
    started: Timestamp,
}

impl Process {
    pub(super) fn starting_now() -> Self {
        Self { started: super::now() }
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut put = |name: &str, help: &str, metric: &dyn EncodeMetric| {
            let out = encoder.encode_descriptor(name, help, None, metric.metric_type())?;
            metric.encode(out)
        };
        let started = ConstGauge::new(i64::try_from(self.started.0).unwrap_or(i64::MAX));
        put("process_start_time_seconds", "Start of the process, Unix time.", &started)?;
        if let Some(seconds) = proc_text("stat").as_deref().and_then(cpu_seconds) {
            put("process_cpu_seconds", "Processor time, user and system.", &ConstCounter::new(seconds))?;
        }
        if let Some(bytes) = proc_text("status").as_deref().and_then(resident_bytes) {
            put("process_resident_memory_bytes", "Memory that is resident.", &ConstGauge::new(bytes))?;
        }
        if let Ok(open) = list_dir(Path::new("/proc/self/fd")) {
            // one of them was the listing's own
            let open = i64::try_from(open.len().saturating_sub(1)).unwrap_or(i64::MAX);
            put("process_open_fds", "Open file descriptors.", &ConstGauge::new(open))?;
        }
        Ok(())
    }
}

fn proc_text(name: &str) -> Option<String> {
    String::from_utf8(read_capped(&Path::new("/proc/self").join(name), 1 << 16).ok()?).ok()
}

/// Of `/proc/self/stat`: fields 14 and 15, counted after the name, which may hold anything (proc_pid_stat(5)).
fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS)
}

/// Of `/proc/self/status`: `VmRSS: 1234 kB`.
fn resident_bytes(status: &str) -> Option<i64> {
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<i64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_past_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 90 0 0 0 250 50 0 0 20 0 4 0 88 1 2";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds("7 (a"), None);
        assert_eq!(resident_bytes("Name:\tx\nVmRSS:\t    2048 kB\nThreads:\t1\n"), Some(2048 * 1024));
        assert_eq!(resident_bytes("Name:\tx\n"), None);
    }
}
