//! One service mesh over many Kubernetes clusters: it makes the shared CA, installs the control plane into every cluster of
//! a directory of kubeconfigs, is that control plane, and shows what every proxy in it sees.
//!
//! # The map
//!
//! The floors of `src/` are the architecture. An arrow points down, never up; `tests/it/fence.rs` is this table, and fails
//! where the code says otherwise.
//!
//! | room | its job | may use, besides what stands below it in `data` |
//! |---|---|---|
//! | `cli` | the shell: clap tree, one file per command, context, printer, the error page | everything |
//! | `workflows::demo` | the guided tour on embedded clusters | everything |
//! | `workflows::install` | input → plan (pure) → diff → write → prune, by inventory | mesh engine manifest ca files registry k8s |
//! | `workflows::ca` | the CA folder on disk: made, locked, read, written | ca files |
//! | `workflows::proxies` | a word → a proxy in any cluster; the sources of a dump | mesh inspect xds v1 registry k8s engine, proto |
//! | `roles::discovery` | the talk's pilot: xDS, v1 REST, debug, metrics over a registry; in a cluster the remotes' tokens and slices | mesh xds v1 inspect manifest registry k8s engine grpc serve files, proto |
//! | `engine` | feeds, the writer, subscribers, publication; `load_once` for commands | mesh xds registry serve |
//! | `adapters::registry` | a directory, or a Secret, is the mesh: live and file clusters behind one interface | manifest files k8s |
//! | `adapters::k8s` | clients, lists, watches, writes, the Lease, port-forward, and errors that show no secret | serve files |
//! | `adapters::grpc` | the ADS service, which sends what was encoded once, and an ADS client | serve, proto |
//! | `adapters::serve` | listeners, TLS and its rotation, HTTP, metrics, shutdown, the clock | files |
//! | `adapters::files` | atomic private writes, capped reads, locks | nothing |
//! | `pure::mesh` | objects → facts → one merged mesh, incrementally | nothing |
//! | `pure::xds` | mesh and view → resources; the protocol as a value | mesh, proto |
//! | `pure::v1` | mesh → the answers of the talk's v1 REST, in its JSON | mesh xds |
//! | `pure::manifest` | values and templates → objects, checked against the API types | nothing |
//! | `pure::ca` | keys, certificates, bundles, verification | nothing |
//! | `pure::inspect` | dumps → views and tables, as streams | proto |
//! | `data::kinds` | slim structs of the watched kinds and the registry's documents, in a table | model yaml |
//! | `data::model` | plain data with `Eq`: ids, facts, names, secrets, reports | nothing |
//! | `data::yaml` | the one YAML module | nothing |
//!
//! `proto/` is a package of its own: Envoy's types, generated at build time. `templates/` holds the control plane's
//! manifests, and `demo/` the talk's two clusters.
//!
//! # From a change to a proxy
//!
//! A feed's task turns an object into a fact ([`pure::mesh::ingest`]) and sends it to the writer, the one thread that
//! changes anything. It applies the fact to the [`pure::mesh::Index`], brings the [`pure::xds::Catalog`] in line with what
//! became dirty, publishes, and wakes the streams whose resources changed. A stream's task asks its
//! [`pure::xds::Session`] for the next response only when the transport can take one: newest state wins, nothing queues.
//!
//! # Invariants
//!
//! 1. Pure rooms do no IO and know no clock: time, serials and key pairs are arguments (only `pure/ca/keys.rs` draws keys).
//! 2. One thread owns index, catalog and subscribers; everyone else holds a published state that never changes. A relist is
//!    invisible until complete. Every change carries its feed's generation; a retired generation can change nothing.
//! 3. A cluster that is lost keeps its last facts, marked with their age, until it leaves the registry. Start-up never waits
//!    for a dead cluster; and until every cluster has been heard once, a *resuming* proxy gets additions only, and changes
//!    that no missing cluster can have a part in. The proxies of a cluster that has left keep what they have.
//! 4. A bad object is a warning tied to that object; it never stops a watch, a push or a neighbour.
//! 5. A builder sees only its key's part and the facts it names. Equal inputs give equal bytes, on any machine, in any run;
//!    a version is xxh3-128 of the bytes. Sharing compares bytes, not hashes.
//! 6. Nothing is rebuilt per proxy. A change costs work for the resources it touches and the proxies subscribed to them.
//!    An incremental update equals a rebuild, and any interleaving of feeds gives the same bytes.
//! 7. Bytes from a peer never reach `unwrap`, `expect` or indexing, nor an unbounded buffer.
//! 8. `install --dry-run -o yaml` prints exactly what `install` applies; prune touches only objects that carry our owner
//!    label and stand in our inventory, and the pods that looked for pilot, by their label.
//! 9. Private keys and tokens are never in logs, errors, `Debug`, rendered output, argv or environment; key files are 0600
//!    from birth, written atomically.
//! 10. stdout is data, stderr is talk.
//!
//! # To add …
//!
//! * a command: a file in `cli/commands/`, a variant and a line of the match in `cli/mod.rs`, a test in `tests/it`.
//! * a watched kind: a struct in `data/kinds`, a row of its table, a fact in `data/model/facts.rs`, its case in
//!   `pure/mesh/ingest.rs` and `derive.rs`.
//! * an xDS type: a variant of `pure::xds::Type` at its place in the push order, a builder, its tables.
//! * a control-plane role: a room in `roles/`, a row of the table in `pure/manifest`, its templates.
//! * a room: a row here, and the same row in `tests/it/fence.rs`, with the reason.

pub mod adapters;
pub mod cli;
pub mod data;
pub mod engine;
pub mod pure;
pub mod roles;
pub mod workflows;
