//! Which image the control plane runs.

use super::values::ImageValues;

/// The image's name, below the hub.
const NAME: &str = "meshctl";

/// Why there is no image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Neither flags, nor `mesh.yaml`, nor the build names one.
    #[error("no image of the control plane is named: neither by --hub and --tag, nor in mesh.yaml, nor by this build")]
    Unknown,
    /// A hub without tag and digest.
    #[error("the image in hub \"{0}\" has neither a tag nor a digest")]
    NoTag(String),
    /// A part with characters that no image reference holds.
    #[error("\"{value}\" is no {part} of an image: want {want}")]
    BadPart {
        /// hub, tag or digest
        part: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        want: &'static str,
    },
}

/// The reference of the control plane's image: `hub/meshctl:tag@digest`.
///
/// `built_in` is the reference compiled into a release; it stands in for what the values leave out. A digest of it never
/// follows another hub or tag. Without a hub the image is one that was loaded onto the nodes.
///
/// # Errors
/// [`ImageError`].
pub fn reference(values: &ImageValues, built_in: Option<&str>) -> Result<String, ImageError> {
    let untouched = values.hub.is_empty() && values.tag.is_empty() && values.digest.is_empty();
    if untouched {
        return built_in.filter(|r| !r.is_empty()).map(str::to_owned).ok_or(ImageError::Unknown);
    }
    let built = built_in.map(parts).unwrap_or_default();
    let hub = if values.hub.is_empty() { built.0 } else { values.hub.trim_end_matches('/') };
    let tag = if values.tag.is_empty() && values.digest.is_empty() { built.1 } else { &values.tag };
    check(hub, tag, &values.digest)?;
    if tag.is_empty() && values.digest.is_empty() {
        return Err(ImageError::NoTag(hub.to_owned()));
    }
    let mut out = if hub.is_empty() { NAME.to_owned() } else { format!("{hub}/{NAME}") };
    for (mark, part) in [(':', tag), ('@', values.digest.as_str())] {
        if !part.is_empty() {
            out.push(mark);
            out.push_str(part);
        }
    }
    Ok(out)
}

/// Hub and tag of a reference.
fn parts(reference: &str) -> (&str, &str) {
    let named = reference.split('@').next().unwrap_or(reference);
    let (hub, name) = named.rsplit_once('/').unwrap_or(("", named));
    (hub, name.split_once(':').map_or("", |(_, tag)| tag))
}

/// The grammar of references (distribution/reference), as far as typing errors go.
fn check(hub: &str, tag: &str, digest: &str) -> Result<(), ImageError> {
    let bad = |part, value: &str, want| Err(ImageError::BadPart { part, value: value.to_owned(), want });
    if !hub.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-:/[]".contains(&b)) {
        return bad("hub", hub, "host[:port]/path");
    }
    if tag.len() > 128 || !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
        return bad("tag", tag, "up to 128 letters, digits, '.', '_' and '-'");
    }
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    if !digest.is_empty() && (hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit())) {
        return bad("digest", digest, "sha256: and 64 hexadecimal digits");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(hub: &str, tag: &str, digest: &str) -> ImageValues {
        ImageValues { hub: hub.into(), tag: tag.into(), digest: digest.into(), ..Default::default() }
    }

    #[test]
    fn values_win_over_the_build() {
        let built = Some("ghcr.io/mesh/meshctl:0.1.0@sha256:00");
        assert_eq!(reference(&image("", "", ""), built), Ok("ghcr.io/mesh/meshctl:0.1.0@sha256:00".into()));
        assert_eq!(reference(&image("", "0.2", ""), built), Ok("ghcr.io/mesh/meshctl:0.2".into()));
        assert_eq!(reference(&image("r:5000/x/", "", ""), built), Ok("r:5000/x/meshctl:0.1.0".into()));
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(reference(&image("h", "", &digest), built), Ok(format!("h/meshctl@{digest}")));
        assert_eq!(reference(&image("", "dev", ""), None), Ok("meshctl:dev".into()));
    }

    #[test]
    fn nothing_named_is_an_error() {
        assert_eq!(reference(&image("", "", ""), None), Err(ImageError::Unknown));
        assert_eq!(reference(&image("h", "", ""), None), Err(ImageError::NoTag("h".into())));
        for (hub, tag, digest) in [("a b", "1", ""), ("", "1\n- x", ""), ("", "", "sha256:12")] {
            assert!(matches!(reference(&image(hub, tag, digest), None), Err(ImageError::BadPart { .. })));
        }
    }
}
