//! Keys and certificates made by OpenSSL: any algorithm, any extensions, any dates.

use std::path::Path;
use std::process::Command;

use super::Bench;

/// What a CA's extensions should be.
pub(super) const CA: &str =
    "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";
/// Dates around today.
pub(super) const GOOD: (&str, &str) = ("20200101000000Z", "20991231000000Z");

const CONFIG: &str = "
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = any
[any]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
unique_subject = no
policy = any_name
[any_name]
commonName = supplied
";

/// Whether OpenSSL is here; says so where it is not, and fails where tests are required.
pub(super) fn found() -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok_and(|o| o.status.success());
    if !found {
        assert!(std::env::var("MESHCTL_TESTS").as_deref() != Ok("require"), "openssl is required and not there");
        eprintln!("skipped: openssl is not there");
    }
    found
}

/// Runs OpenSSL in a folder; panics with its words where it fails.
pub(super) fn run(dir: &Path, args: &str) -> String {
    let output = Command::new("openssl").current_dir(dir).args(args.split_whitespace()).output().unwrap();
    let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "openssl {args}\n{all}");
    all
}

/// OpenSSL at work in `pki/` of a bench.
pub(super) struct Pki<'a>(pub(super) &'a Bench);

impl Pki<'_> {
    pub(super) fn new(bench: &Bench) -> Pki<'_> {
        bench.write("pki/openssl.cnf", CONFIG);
        bench.write("pki/index.txt", "");
        Pki(bench)
    }

    pub(super) fn run(&self, args: &str) -> String {
        run(&self.0.path("pki"), args)
    }

    /// Certificates are signed with this hash from here on.
    pub(super) fn hash(&self, name: &str) {
        self.0.write("pki/openssl.cnf", CONFIG.replace("sha256", name));
    }

    /// `NAME.key` in PKCS#8; `kind` is `P-256`, `rsa2048`, `ED25519`, ….
    pub(super) fn key(&self, name: &str, kind: &str) {
        let how = match kind.strip_prefix("rsa") {
            Some(bits) => format!("RSA -pkeyopt rsa_keygen_bits:{bits}"),
            None if kind.starts_with("P-") => format!("EC -pkeyopt ec_paramgen_curve:{kind}"),
            None => kind.to_owned(),
        };
        self.run(&format!("genpkey -algorithm {how} -out {name}.key"));
    }

    /// `NAME.crt` for `NAME.key`, by `issuer` or itself.
    pub(super) fn cert(&self, name: &str, issuer: Option<&str>, extensions: &str, (from, until): (&str, &str)) {
        self.0.write("pki/extensions", extensions);
        self.run(&format!("req -new -config openssl.cnf -key {name}.key -subj /CN={name} -out {name}.csr"));
        let by = match issuer {
            Some(issuer) => format!("-cert {issuer}.crt -keyfile {issuer}.key"),
            None => format!("-selfsign -keyfile {name}.key"),
        };
        self.run(&format!(
            "ca -batch -notext -config openssl.cnf -in {name}.csr -out {name}.crt -extfile extensions -startdate {from} -enddate {until} {by}"
        ));
    }

    /// Key and certificate of a good CA.
    pub(super) fn ca(&self, name: &str, kind: &str, issuer: Option<&str>) {
        self.key(name, kind);
        self.cert(name, issuer, CA, GOOD);
    }

    pub(super) fn read(&self, file: &str) -> Vec<u8> {
        self.0.read(&format!("pki/{file}"))
    }

    /// A folder like a cluster's: each file put together of files made here.
    pub(super) fn bundle(&self, dir: &str, [ca, key, chain, root]: [&[&str]; 4]) {
        for (file, parts) in
            [("ca-cert.pem", ca), ("ca-key.pem", key), ("cert-chain.pem", chain), ("root-cert.pem", root)]
        {
            if !parts.is_empty() {
                self.0.write(&format!("{dir}/{file}"), parts.iter().flat_map(|p| self.read(p)).collect::<Vec<_>>());
            }
        }
    }
}
