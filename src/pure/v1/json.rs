//! The text of an answer: Go's `json.MarshalIndent(v, " ", " ")`, with which pilot wrote all of them. The first line stands
//! at the margin, every other one after a blank and one more for each level.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

/// Writes an answer, without a line break at its end.
///
/// # Errors
/// Where the value does not serialise; the documents of this room do.
pub fn text<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(b" ")))?;
    let text = String::from_utf8(out).map_err(serde::ser::Error::custom)?;
    // a line break inside a JSON string is escaped: every one here ends a line
    Ok(text.replace('\n', "\n "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_indentation_is_that_of_2018() -> Result<(), serde_json::Error> {
        // pilot/pkg/proxy/envoy/v1/testdata/sds.json.golden@0.7.1, its first host
        let value = json!({"hosts": [{"ip_address": "10.1.1.0", "port": 80, "tags": {"az": "zone/region"}}]});
        let lines = [
            "{",
            "  \"hosts\": [",
            "   {",
            "    \"ip_address\": \"10.1.1.0\",",
            "    \"port\": 80,",
            "    \"tags\": {",
            "     \"az\": \"zone/region\"",
            "    }",
            "   }",
            "  ]",
            " }",
        ];
        assert_eq!(text(&value)?, lines.join("\n"));
        Ok(())
    }

    #[test]
    fn empty_lists_stand_on_one_line() -> Result<(), serde_json::Error> {
        // reference: "unknown service or no endpoint: {"hosts":[]} with 200"
        assert_eq!(text(&json!({"hosts": []}))?, "{\n  \"hosts\": []\n }");
        Ok(())
    }
}
