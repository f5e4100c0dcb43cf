//! Times as people and settings write them.

use std::time::Duration;

/// The longest time that is taken, a year: a setting that is longer is a mistake, and Envoy refuses one of some hundred years.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// A time of one unit, as protobuf's JSON and Go write it: `10s`, `1500ms`, `2m`, `1.5s`. `None` where it is none, zero, or
/// more than a year.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let scale = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let duration = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * scale).ok()?;
    (!duration.is_zero() && duration <= LONGEST).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_unit() {
        assert_eq!(parse_duration("10s"), Some(Duration::from_secs(10)));
        assert_eq!(parse_duration("1500ms"), Some(Duration::from_millis(1500)));
        assert_eq!(parse_duration("1.5m"), Some(Duration::from_secs(90)));
        assert_eq!(parse_duration("8h"), Some(Duration::from_secs(8 * 3600)));
        assert_eq!(parse_duration("8760h"), Some(LONGEST));
        for bad in ["", "s", "10", "0s", "1h30m", "-1s", "5d", "1e99s", "infs", "NaNs", "8761h", "1e15h"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }
}
