//! Times on the command line.

use std::time::Duration;

use crate::data::model::parse_duration;

/// A time; a bare number means seconds.
pub(in crate::cli) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if digits.parse::<f64>().is_ok_and(|n| n == 0.0) {
        return Err("within no time nobody can answer; it must be more than zero, e.g. 500ms".to_owned());
    }
    let seconds = if text.ends_with(|c: char| c.is_ascii_digit()) { "s" } else { "" };
    parse_duration(&format!("{text}{seconds}")).ok_or_else(|| "it is no time such as 5s, 500ms or 2m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_is_seconds() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("5"), Ok(Duration::from_secs(5)));
        for bad in ["", "s", "0", "-1", "5w", "5ms2"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        for zero in ["0", "0s", "0.0ms"] {
            assert!(duration(zero).is_err_and(|e| e.contains("more than zero")), "{zero}");
        }
    }
}
