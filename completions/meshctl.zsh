#compdef meshctl

autoload -U is-at-least

_meshctl() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_meshctl_commands" \
"*::: :->meshctl" \
&& ret=0
    case $state in
    (meshctl)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-command-$line[1]:"
        case $line[1] in
            (ca)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_meshctl__subcmd__ca_commands" \
"*::: :->ca" \
&& ret=0

    case $state in
    (ca)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-ca-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
'--dir=[The CA folder \[default\: caDir of mesh.yaml, or mesh-ca beside the registry\]]:DIR:_files' \
'*--cluster=[A cluster that needs an intermediate, instead of the registry'\''s; may be repeated]:ID:_default' \
'--key=[The kind of new keys (those that are there stay)\: p256, p384, rsa2048, rsa4096 \[default\: p384 for the root, p256 for intermediates\]]:KIND:_default' \
'--root-key=[The file with the root'\''s key, if that does not live in the CA folder; it is made where neither it nor a root exists]:FILE:_files' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--shared[Give all clusters the same intermediate]' \
'--renew[Issue intermediates anew that end within 60 days; their keys stay, so nothing they signed is lost. Entries of the registry that are broken are left out]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'--dir=[The CA folder \[default\: caDir of mesh.yaml, or mesh-ca beside the registry\]]:DIR:_files' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
'()--dir=[The CA folder, where nothing else is named \[default\: caDir of mesh.yaml, or mesh-ca beside the registry\]]:DIR:_files' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::targets -- Folders or PEM files:_files' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__ca__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-ca-help-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(cluster)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_meshctl__subcmd__cluster_commands" \
"*::: :->cluster" \
&& ret=0

    case $state in
    (cluster)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-cluster-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'--timeout=[How long each cluster may take to answer, e.g. 5s or 500ms]:TIME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'(--timeout)--offline[Ask no cluster\: show what the directory says]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(add)
_arguments "${_arguments_options[@]}" : \
'--context=[The context of the kubeconfig]:NAME:_default' \
'--kubeconfig=[The kubeconfig; else the files of KUBECONFIG, else ~/.kube/config]:FILE:_files' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':id -- The cluster'\''s id in the mesh\: lower-case letters, digits and '\''-'\'':_default' \
&& ret=0
;;
(remove)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--dead[It does not answer and never will\: do not try to uninstall it]' \
'--force[Even while pods with a sidecar run in it]' \
'--dry-run[Remove nothing\: print what would go]' \
'-y[Do not ask]' \
'--yes[Do not ask]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':id -- The cluster'\''s id:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__cluster__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-cluster-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(remove)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(completion)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':shell -- bash, zsh or fish:(bash zsh fish)' \
&& ret=0
;;
(demo)
_arguments "${_arguments_options[@]}" : \
'--dir=[Keep the files in this folder\: a new one, an empty one, or that of a demo before]:DIR:_files' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--keep[Stay up after the tour until Ctrl-C, and print commands to try in another terminal]' \
'--force[Set the folder up anew although its files were edited; the edits are lost]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(diff)
_arguments "${_arguments_options[@]}" : \
'*--clusters=[Only these clusters]:ID,…:_default' \
'--primary=[The primary cluster]:ID:_default' \
'--ca=[The folder of the CA; else caDir of mesh.yaml, else mesh-ca beside the registry]:DIR:_files' \
'*-f+[A file of values, over those of mesh.yaml; the later one wins]:FILE:_files' \
'*--values=[A file of values, over those of mesh.yaml; the later one wins]:FILE:_files' \
'*--set=[A value, over those of files\: discovery.replicas=3, a.b={x,y}; the later one wins]:KEY=VALUE:_default' \
'--hub=[Registry and path of the control plane'\''s image, without its name]:HUB:_default' \
'--tag=[Tag of the control plane'\''s image]:TAG:_default' \
'--digest=[Digest of the control plane'\''s image, sha256\:…]:DIGEST:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--stub-services[Make a Service without selector wherever a service of the mesh is missing, so that DNS answers; remembered by each cluster, and also stubServices of mesh.yaml]' \
'(--stub-services)--no-stub-services[Make none, and remove those of earlier runs]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(discovery)
_arguments "${_arguments_options[@]}" : \
'*--grpc=[Where to serve gRPC xDS in plain text; this and the other addresses may be given several times]:ADDRESS:_default' \
'*--secure=[Where to serve gRPC xDS over mutual TLS; a proxy'\''s certificate must chain to the root]:ADDRESS:_default' \
'*--secure-rest=[Where to serve the v1 REST API over mutual TLS]:ADDRESS:_default' \
'--tls-cert=[The certificate chain for mutual TLS, PEM, leaf first; it may change at run time]:FILE:_files' \
'--tls-key=[Its private key, PEM]:FILE:_files' \
'--tls-root=[The root certificates that proxies'\'' certificates must chain to, PEM]:FILE:_files' \
'*--http=[Where to serve the v1 REST API and /debug in plain text]:ADDRESS:_default' \
'*--rest=[Where to serve the v1 REST API alone in plain text]:ADDRESS:_default' \
'*--monitoring=[Where to serve /ready and /metrics]:ADDRESS:_default' \
'--max-connections=[How many connections each kind of gRPC listener holds at a time; more are refused, and counted in /metrics]:N:_default' \
'(--in-cluster)--primary=[The primary cluster, where the registry does not say]:ID:_default' \
'--cluster-id=[The id of the cluster that the pod runs in]:ID:_default' \
'--namespace=[The control plane'\''s namespace]:NAMESPACE:_default' \
'--token-renew-after=[Renew the remotes'\'' tokens so long after they were issued, instead of at a third of their life\: 10m, 8h. At least 1s, and never later than two thirds of their life]:DURATION:_default' \
'--pod-name=[The pod'\''s name, by which it holds the Lease]:NAME:_default' \
'--service-account-dir=[The folder with the service account'\''s token and ca.crt]:DIR:_files' \
'--api-host=[The API server'\''s host, as the kubelet tells every pod]:HOST:_default' \
'--api-port=[Its port]:PORT:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--no-restart-hold[Send removals and changes to resuming proxies although clusters have not been read yet]' \
'--in-cluster[Run as a pod of the primary\: its cluster by the service account, the remotes by the Secret istio-remote-clusters, the settings by the ConfigMap istio]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(endpoints)
_arguments "${_arguments_options[@]}" : \
'-n+[The service'\''s namespace]:NS:_default' \
'--namespace=[The service'\''s namespace]:NS:_default' \
'--cluster=[Only the endpoints of this cluster of the mesh]:CLUSTER:_default' \
'*--proxy=[Compare with what the proxy of this pod, workload or service holds; may be repeated]:TARGET:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--admin=[The admin address of the Envoy of --proxy, where port-forward does not lead to it]:URL:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'(--cluster)--compare[Compare with what pilot pushes\: at PILOT_URL, else by port-forward]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':service -- NAME, NAME.NS, HOST, each with \:PORT; or HOST|PORTNAME:_default' \
&& ret=0
;;
(ep)
_arguments "${_arguments_options[@]}" : \
'-n+[The service'\''s namespace]:NS:_default' \
'--namespace=[The service'\''s namespace]:NS:_default' \
'--cluster=[Only the endpoints of this cluster of the mesh]:CLUSTER:_default' \
'*--proxy=[Compare with what the proxy of this pod, workload or service holds; may be repeated]:TARGET:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--admin=[The admin address of the Envoy of --proxy, where port-forward does not lead to it]:URL:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'(--cluster)--compare[Compare with what pilot pushes\: at PILOT_URL, else by port-forward]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':service -- NAME, NAME.NS, HOST, each with \:PORT; or HOST|PORTNAME:_default' \
&& ret=0
;;
(install)
_arguments "${_arguments_options[@]}" : \
'(--no-wait)--timeout=[How long to wait, in each cluster]:TIME:_default' \
'--only=[Place only the Secrets\: where the objects come from manifest generate and a pipeline]:WHAT:((secrets\:"The CA, and what pilot needs to read remote clusters; with the namespace and the inventory'\''s entries where they are missing"))' \
'*--clusters=[Only these clusters]:ID,…:_default' \
'--primary=[The primary cluster]:ID:_default' \
'--ca=[The folder of the CA; else caDir of mesh.yaml, else mesh-ca beside the registry]:DIR:_files' \
'*-f+[A file of values, over those of mesh.yaml; the later one wins]:FILE:_files' \
'*--values=[A file of values, over those of mesh.yaml; the later one wins]:FILE:_files' \
'*--set=[A value, over those of files\: discovery.replicas=3, a.b={x,y}; the later one wins]:KEY=VALUE:_default' \
'--hub=[Registry and path of the control plane'\''s image, without its name]:HUB:_default' \
'--tag=[Tag of the control plane'\''s image]:TAG:_default' \
'--digest=[Digest of the control plane'\''s image, sha256\:…]:DIGEST:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--dry-run[Write nothing\: print the plan, or with -o yaml exactly what would be applied]' \
'-y[Do not ask]' \
'--yes[Do not ask]' \
'(--no-wait --only)--wait[Wait until what was written is ready; this is what happens without a flag]' \
'--no-wait[Do not wait until what was written is ready]' \
'(--no-verify --no-wait --only)--verify[Look for pilot from every remote, also where nothing was written]' \
'--no-verify[Do not ask pilot what it sees, nor look for it from the remotes]' \
'--move-primary[Take another primary than the one that was installed]' \
'--force-conflicts[Take back fields of ours that somebody else has changed in a live cluster]' \
'--stub-services[Make a Service without selector wherever a service of the mesh is missing, so that DNS answers; remembered by each cluster, and also stubServices of mesh.yaml]' \
'(--stub-services)--no-stub-services[Make none, and remove those of earlier runs]' \
'--allow-downgrade[Let this version replace a newer one]' \
'(--only)--revoke-credentials[Make the accounts anew by which pilot reads the remotes\: every token it holds is worth nothing from then on]' \
'(--dry-run)--create-ca[Make the CA first, as meshctl ca init does, where the folder lacks a part, or there is none and no cluster holds one]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(manifest)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_meshctl__subcmd__manifest_commands" \
"*::: :->manifest" \
&& ret=0

    case $state in
    (manifest)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-manifest-command-$line[1]:"
        case $line[1] in
            (generate)
_arguments "${_arguments_options[@]}" : \
'--out=[Write to this folder; it must be empty, or written by this command]:DIR:_files' \
'*--clusters=[Only these clusters]:ID,…:_default' \
'--primary=[The primary cluster]:ID:_default' \
'*-f+[A file of values, over those of mesh.yaml; the later one wins]:FILE:_files' \
'*--values=[A file of values, over those of mesh.yaml; the later one wins]:FILE:_files' \
'*--set=[A value, over those of files\: discovery.replicas=3, a.b={x,y}; the later one wins]:KEY=VALUE:_default' \
'--hub=[Registry and path of the control plane'\''s image, without its name]:HUB:_default' \
'--tag=[Tag of the control plane'\''s image]:TAG:_default' \
'--digest=[Digest of the control plane'\''s image, sha256\:…]:DIGEST:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(images)
_arguments "${_arguments_options[@]}" : \
'*-f+[A file of values, over those of mesh.yaml; the later one wins]:FILE:_files' \
'*--values=[A file of values, over those of mesh.yaml; the later one wins]:FILE:_files' \
'*--set=[A value, over those of files\: discovery.replicas=3, a.b={x,y}; the later one wins]:KEY=VALUE:_default' \
'--hub=[Registry and path of the control plane'\''s image, without its name]:HUB:_default' \
'--tag=[Tag of the control plane'\''s image]:TAG:_default' \
'--digest=[Digest of the control plane'\''s image, sha256\:…]:DIGEST:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__manifest__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-manifest-help-command-$line[1]:"
        case $line[1] in
            (generate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(images)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(proxy-config)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_meshctl__subcmd__proxy-config_commands" \
"*::: :->proxy-config" \
&& ret=0

    case $state in
    (proxy-config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-proxy-config-command-$line[1]:"
        case $line[1] in
            (clusters)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--fqdn=[Only this host; * stands for any text]:HOST:_default' \
'--port=[Only this port]:PORT:_default' \
'--direction=[Only outbound, inbound or inbound-vip]:DIRECTION:_default' \
'--subset=[Only this subset]:SUBSET:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(cluster)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--fqdn=[Only this host; * stands for any text]:HOST:_default' \
'--port=[Only this port]:PORT:_default' \
'--direction=[Only outbound, inbound or inbound-vip]:DIRECTION:_default' \
'--subset=[Only this subset]:SUBSET:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(c)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--fqdn=[Only this host; * stands for any text]:HOST:_default' \
'--port=[Only this port]:PORT:_default' \
'--direction=[Only outbound, inbound or inbound-vip]:DIRECTION:_default' \
'--subset=[Only this subset]:SUBSET:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(cds)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--fqdn=[Only this host; * stands for any text]:HOST:_default' \
'--port=[Only this port]:PORT:_default' \
'--direction=[Only outbound, inbound or inbound-vip]:DIRECTION:_default' \
'--subset=[Only this subset]:SUBSET:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(endpoints)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--in-cluster=[Look for the proxy in this cluster of the mesh only (--cluster of the other views)]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--cluster=[Only this xDS cluster\: outbound|9080||HOST, HOST, or the talk'\''s out.HOST|http; not one of the mesh]:NAME:_default' \
'--status=[Only this health\: healthy, unhealthy, draining, degraded, timeout]:HEALTH:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(endpoint)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--in-cluster=[Look for the proxy in this cluster of the mesh only (--cluster of the other views)]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--cluster=[Only this xDS cluster\: outbound|9080||HOST, HOST, or the talk'\''s out.HOST|http; not one of the mesh]:NAME:_default' \
'--status=[Only this health\: healthy, unhealthy, draining, degraded, timeout]:HEALTH:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(ep)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--in-cluster=[Look for the proxy in this cluster of the mesh only (--cluster of the other views)]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--cluster=[Only this xDS cluster\: outbound|9080||HOST, HOST, or the talk'\''s out.HOST|http; not one of the mesh]:NAME:_default' \
'--status=[Only this health\: healthy, unhealthy, draining, degraded, timeout]:HEALTH:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(eds)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--in-cluster=[Look for the proxy in this cluster of the mesh only (--cluster of the other views)]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--cluster=[Only this xDS cluster\: outbound|9080||HOST, HOST, or the talk'\''s out.HOST|http; not one of the mesh]:NAME:_default' \
'--status=[Only this health\: healthy, unhealthy, draining, degraded, timeout]:HEALTH:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(listeners)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--type=[Only HTTP, TCP, HTTP+TCP or UNKNOWN]:TYPE:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(listener)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--type=[Only HTTP, TCP, HTTP+TCP or UNKNOWN]:TYPE:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(l)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--type=[Only HTTP, TCP, HTTP+TCP or UNKNOWN]:TYPE:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(lds)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--type=[Only HTTP, TCP, HTTP+TCP or UNKNOWN]:TYPE:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(routes)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--name=[Only the route of this name; * stands for any text]:NAME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(route)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--name=[Only the route of this name; * stands for any text]:NAME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(r)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--name=[Only the route of this name; * stands for any text]:NAME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(rds)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--name=[Only the route of this name; * stands for any text]:NAME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(bootstrap)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(b)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(all)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(a)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(log)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'()--admin=[Ask an Envoy at its admin address]:URL:_default' \
'*--level=[Set levels\: LEVEL for every logger, LOGGER\:LEVEL for one; several with commas]:[LOGGER:]LEVEL:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service:_default' \
&& ret=0
;;
(o)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'()--admin=[Ask an Envoy at its admin address]:URL:_default' \
'*--level=[Set levels\: LEVEL for every logger, LOGGER\:LEVEL for one; several with commas]:[LOGGER:]LEVEL:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service:_default' \
&& ret=0
;;
(s)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__proxy-config__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-proxy-config-help-command-$line[1]:"
        case $line[1] in
            (clusters)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(endpoints)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(listeners)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(routes)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(bootstrap)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(all)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(log)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(s)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(pc)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_meshctl__subcmd__proxy-config_commands" \
"*::: :->proxy-config" \
&& ret=0

    case $state in
    (proxy-config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-proxy-config-command-$line[1]:"
        case $line[1] in
            (clusters)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--fqdn=[Only this host; * stands for any text]:HOST:_default' \
'--port=[Only this port]:PORT:_default' \
'--direction=[Only outbound, inbound or inbound-vip]:DIRECTION:_default' \
'--subset=[Only this subset]:SUBSET:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(cluster)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--fqdn=[Only this host; * stands for any text]:HOST:_default' \
'--port=[Only this port]:PORT:_default' \
'--direction=[Only outbound, inbound or inbound-vip]:DIRECTION:_default' \
'--subset=[Only this subset]:SUBSET:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(c)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--fqdn=[Only this host; * stands for any text]:HOST:_default' \
'--port=[Only this port]:PORT:_default' \
'--direction=[Only outbound, inbound or inbound-vip]:DIRECTION:_default' \
'--subset=[Only this subset]:SUBSET:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(cds)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--fqdn=[Only this host; * stands for any text]:HOST:_default' \
'--port=[Only this port]:PORT:_default' \
'--direction=[Only outbound, inbound or inbound-vip]:DIRECTION:_default' \
'--subset=[Only this subset]:SUBSET:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(endpoints)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--in-cluster=[Look for the proxy in this cluster of the mesh only (--cluster of the other views)]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--cluster=[Only this xDS cluster\: outbound|9080||HOST, HOST, or the talk'\''s out.HOST|http; not one of the mesh]:NAME:_default' \
'--status=[Only this health\: healthy, unhealthy, draining, degraded, timeout]:HEALTH:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(endpoint)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--in-cluster=[Look for the proxy in this cluster of the mesh only (--cluster of the other views)]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--cluster=[Only this xDS cluster\: outbound|9080||HOST, HOST, or the talk'\''s out.HOST|http; not one of the mesh]:NAME:_default' \
'--status=[Only this health\: healthy, unhealthy, draining, degraded, timeout]:HEALTH:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(ep)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--in-cluster=[Look for the proxy in this cluster of the mesh only (--cluster of the other views)]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--cluster=[Only this xDS cluster\: outbound|9080||HOST, HOST, or the talk'\''s out.HOST|http; not one of the mesh]:NAME:_default' \
'--status=[Only this health\: healthy, unhealthy, draining, degraded, timeout]:HEALTH:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(eds)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--in-cluster=[Look for the proxy in this cluster of the mesh only (--cluster of the other views)]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--cluster=[Only this xDS cluster\: outbound|9080||HOST, HOST, or the talk'\''s out.HOST|http; not one of the mesh]:NAME:_default' \
'--status=[Only this health\: healthy, unhealthy, draining, degraded, timeout]:HEALTH:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(listeners)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--type=[Only HTTP, TCP, HTTP+TCP or UNKNOWN]:TYPE:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(listener)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--type=[Only HTTP, TCP, HTTP+TCP or UNKNOWN]:TYPE:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(l)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--type=[Only HTTP, TCP, HTTP+TCP or UNKNOWN]:TYPE:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(lds)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--address=[Only this address; * stands for any text]:IP:_default' \
'--port=[Only this port]:PORT:_default' \
'--type=[Only HTTP, TCP, HTTP+TCP or UNKNOWN]:TYPE:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(routes)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--name=[Only the route of this name; * stands for any text]:NAME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(route)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--name=[Only the route of this name; * stands for any text]:NAME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(r)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--name=[Only the route of this name; * stands for any text]:NAME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(rds)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--name=[Only the route of this name; * stands for any text]:NAME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(bootstrap)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(b)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(all)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(a)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(log)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'()--admin=[Ask an Envoy at its admin address]:URL:_default' \
'*--level=[Set levels\: LEVEL for every logger, LOGGER\:LEVEL for one; several with commas]:[LOGGER:]LEVEL:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service:_default' \
&& ret=0
;;
(o)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'()--admin=[Ask an Envoy at its admin address]:URL:_default' \
'*--level=[Set levels\: LEVEL for every logger, LOGGER\:LEVEL for one; several with commas]:[LOGGER:]LEVEL:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service:_default' \
&& ret=0
;;
(s)
_arguments "${_arguments_options[@]}" : \
'-n+[Look for the proxy in this namespace only]:NS:_default' \
'--namespace=[Look for the proxy in this namespace only]:NS:_default' \
'--from=[Whom to ask]:SOURCE:((envoy\:"The Envoy itself, by port-forward or at --admin"
pilot\:"Pilot, at PILOT_URL or by port-forward"
file\:"A file (-f)"
registry\:"Computed here"))' \
'(--admin)-f+[Read a dump from a file; - is standard input]:FILE:_files' \
'(--admin)--file=[Read a dump from a file; - is standard input]:FILE:_files' \
'--admin=[Ask an Envoy at its admin address]:URL:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--cluster=[Look for the proxy in this cluster of the mesh only]:CLUSTER:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--all[All matching proxies, not the first]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::words -- The proxy\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__proxy-config__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-proxy-config-help-command-$line[1]:"
        case $line[1] in
            (clusters)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(endpoints)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(listeners)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(routes)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(bootstrap)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(all)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(log)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(s)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(proxy-status)
_arguments "${_arguments_options[@]}" : \
'-n+[Only proxies of this namespace]:NS:_default' \
'--namespace=[Only proxies of this namespace]:NS:_default' \
'--cluster=[Only proxies of this cluster of the mesh]:CLUSTER:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--admin=[The admin address of TARGET'\''s Envoy, where port-forward does not lead to it]:URL:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::target -- The proxy to compare\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service:_default' \
&& ret=0
;;
(ps)
_arguments "${_arguments_options[@]}" : \
'-n+[Only proxies of this namespace]:NS:_default' \
'--namespace=[Only proxies of this namespace]:NS:_default' \
'--cluster=[Only proxies of this cluster of the mesh]:CLUSTER:_default' \
'--pilot=[The pilot'\''s HTTP address, with or without http\://]:URL:_default' \
'--admin=[The admin address of TARGET'\''s Envoy, where port-forward does not lead to it]:URL:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::target -- The proxy to compare\: POD, POD.NS, KIND/NAME\[.NS\], CLUSTER/NS/POD, an app label or a service:_default' \
&& ret=0
;;
(uninstall)
_arguments "${_arguments_options[@]}" : \
'*--clusters=[Only these clusters]:ID,…:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--dry-run[Remove nothing\: print what would go and what would stay]' \
'-y[Do not ask]' \
'--yes[Do not ask]' \
'--purge[Remove the CA'\''s Secret, definitions of custom resources and the namespace, too]' \
'--force[Even while pods with a sidecar run, or another cluster still needs the primary]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(version)
_arguments "${_arguments_options[@]}" : \
'--timeout=[How long each cluster may take to answer, e.g. 5s or 500ms]:TIME:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)\: of proxy-config and endpoints"))' \
'(--timeout)--client[Ask no cluster]' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-help-command-$line[1]:"
        case $line[1] in
            (ca)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__help__subcmd__ca_commands" \
"*::: :->ca" \
&& ret=0

    case $state in
    (ca)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-help-ca-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(cluster)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__help__subcmd__cluster_commands" \
"*::: :->cluster" \
&& ret=0

    case $state in
    (cluster)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-help-cluster-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(remove)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(completion)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(demo)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(diff)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(discovery)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(endpoints)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(install)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(manifest)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__help__subcmd__manifest_commands" \
"*::: :->manifest" \
&& ret=0

    case $state in
    (manifest)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-help-manifest-command-$line[1]:"
        case $line[1] in
            (generate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(images)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(proxy-config)
_arguments "${_arguments_options[@]}" : \
":: :_meshctl__subcmd__help__subcmd__proxy-config_commands" \
"*::: :->proxy-config" \
&& ret=0

    case $state in
    (proxy-config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:meshctl-help-proxy-config-command-$line[1]:"
        case $line[1] in
            (clusters)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(endpoints)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(listeners)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(routes)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(bootstrap)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(all)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(log)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(s)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(proxy-status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(uninstall)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(version)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_meshctl_commands] )) ||
_meshctl_commands() {
    local commands; commands=(
'ca:The certificate authority of the mesh\: one root, an intermediate per cluster' \
'cluster:Show the clusters of the registry, add one, remove one' \
'completion:Print the completions of a shell' \
'demo:A guided tour of the mesh\: two clusters, a pilot and a proxy, all on this machine' \
'diff:Show what install would change, and what others have changed of ours' \
'discovery:Watch the clusters of a registry, and serve xDS to their proxies' \
'endpoints:Show the endpoints of a service, merged over all clusters, and where each of them runs' \
'ep:Show the endpoints of a service, merged over all clusters, and where each of them runs' \
'install:Install the control plane in every cluster of the registry' \
'manifest:Show the control plane'\''s manifests without touching a cluster' \
'proxy-config:Show what a proxy knows\: its clusters, endpoints, listeners, routes, bootstrap' \
'pc:Show what a proxy knows\: its clusters, endpoints, listeners, routes, bootstrap' \
'proxy-status:Show whether every proxy has what it was sent; with TARGET, what differs in one' \
'ps:Show whether every proxy has what it was sent; with TARGET, what differs in one' \
'uninstall:Remove the control plane from every cluster of the registry' \
'version:Show the version of this program, and in every cluster that of Kubernetes, of what is installed, and its image' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__ca_commands] )) ||
_meshctl__subcmd__ca_commands() {
    local commands; commands=(
'init:Make the CA\: a root, and an intermediate for each cluster; run again, only what is missing' \
'show:Show the CA\: its root and intermediates, their keys, ends and fingerprints' \
'verify:Verify CA folders or PEM files, whoever made them\: chain, keys, limits, dates, and the same root everywhere' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl ca commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__ca__subcmd__help_commands] )) ||
_meshctl__subcmd__ca__subcmd__help_commands() {
    local commands; commands=(
'init:Make the CA\: a root, and an intermediate for each cluster; run again, only what is missing' \
'show:Show the CA\: its root and intermediates, their keys, ends and fingerprints' \
'verify:Verify CA folders or PEM files, whoever made them\: chain, keys, limits, dates, and the same root everywhere' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl ca help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__ca__subcmd__help__subcmd__help_commands] )) ||
_meshctl__subcmd__ca__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl ca help help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__ca__subcmd__help__subcmd__init_commands] )) ||
_meshctl__subcmd__ca__subcmd__help__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl ca help init commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__ca__subcmd__help__subcmd__show_commands] )) ||
_meshctl__subcmd__ca__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl ca help show commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__ca__subcmd__help__subcmd__verify_commands] )) ||
_meshctl__subcmd__ca__subcmd__help__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl ca help verify commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__ca__subcmd__init_commands] )) ||
_meshctl__subcmd__ca__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl ca init commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__ca__subcmd__show_commands] )) ||
_meshctl__subcmd__ca__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl ca show commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__ca__subcmd__verify_commands] )) ||
_meshctl__subcmd__ca__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl ca verify commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster_commands] )) ||
_meshctl__subcmd__cluster_commands() {
    local commands; commands=(
'list:List the clusters\: role, source, server, version, and whether each answers' \
'add:Add a cluster\: one context of your kubeconfig, as a file of the registry' \
'remove:Take a cluster out of the mesh' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl cluster commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster__subcmd__add_commands] )) ||
_meshctl__subcmd__cluster__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl cluster add commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster__subcmd__help_commands] )) ||
_meshctl__subcmd__cluster__subcmd__help_commands() {
    local commands; commands=(
'list:List the clusters\: role, source, server, version, and whether each answers' \
'add:Add a cluster\: one context of your kubeconfig, as a file of the registry' \
'remove:Take a cluster out of the mesh' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl cluster help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster__subcmd__help__subcmd__add_commands] )) ||
_meshctl__subcmd__cluster__subcmd__help__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl cluster help add commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster__subcmd__help__subcmd__help_commands] )) ||
_meshctl__subcmd__cluster__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl cluster help help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster__subcmd__help__subcmd__list_commands] )) ||
_meshctl__subcmd__cluster__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl cluster help list commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster__subcmd__help__subcmd__remove_commands] )) ||
_meshctl__subcmd__cluster__subcmd__help__subcmd__remove_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl cluster help remove commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster__subcmd__list_commands] )) ||
_meshctl__subcmd__cluster__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl cluster list commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster__subcmd__remove_commands] )) ||
_meshctl__subcmd__cluster__subcmd__remove_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl cluster remove commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__completion_commands] )) ||
_meshctl__subcmd__completion_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl completion commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__demo_commands] )) ||
_meshctl__subcmd__demo_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl demo commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__diff_commands] )) ||
_meshctl__subcmd__diff_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl diff commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__discovery_commands] )) ||
_meshctl__subcmd__discovery_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl discovery commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__endpoints_commands] )) ||
_meshctl__subcmd__endpoints_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl endpoints commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help_commands] )) ||
_meshctl__subcmd__help_commands() {
    local commands; commands=(
'ca:The certificate authority of the mesh\: one root, an intermediate per cluster' \
'cluster:Show the clusters of the registry, add one, remove one' \
'completion:Print the completions of a shell' \
'demo:A guided tour of the mesh\: two clusters, a pilot and a proxy, all on this machine' \
'diff:Show what install would change, and what others have changed of ours' \
'discovery:Watch the clusters of a registry, and serve xDS to their proxies' \
'endpoints:Show the endpoints of a service, merged over all clusters, and where each of them runs' \
'install:Install the control plane in every cluster of the registry' \
'manifest:Show the control plane'\''s manifests without touching a cluster' \
'proxy-config:Show what a proxy knows\: its clusters, endpoints, listeners, routes, bootstrap' \
'proxy-status:Show whether every proxy has what it was sent; with TARGET, what differs in one' \
'uninstall:Remove the control plane from every cluster of the registry' \
'version:Show the version of this program, and in every cluster that of Kubernetes, of what is installed, and its image' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__ca_commands] )) ||
_meshctl__subcmd__help__subcmd__ca_commands() {
    local commands; commands=(
'init:Make the CA\: a root, and an intermediate for each cluster; run again, only what is missing' \
'show:Show the CA\: its root and intermediates, their keys, ends and fingerprints' \
'verify:Verify CA folders or PEM files, whoever made them\: chain, keys, limits, dates, and the same root everywhere' \
    )
    _describe -t commands 'meshctl help ca commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__ca__subcmd__init_commands] )) ||
_meshctl__subcmd__help__subcmd__ca__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help ca init commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__ca__subcmd__show_commands] )) ||
_meshctl__subcmd__help__subcmd__ca__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help ca show commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__ca__subcmd__verify_commands] )) ||
_meshctl__subcmd__help__subcmd__ca__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help ca verify commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__cluster_commands] )) ||
_meshctl__subcmd__help__subcmd__cluster_commands() {
    local commands; commands=(
'list:List the clusters\: role, source, server, version, and whether each answers' \
'add:Add a cluster\: one context of your kubeconfig, as a file of the registry' \
'remove:Take a cluster out of the mesh' \
    )
    _describe -t commands 'meshctl help cluster commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__cluster__subcmd__add_commands] )) ||
_meshctl__subcmd__help__subcmd__cluster__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help cluster add commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__cluster__subcmd__list_commands] )) ||
_meshctl__subcmd__help__subcmd__cluster__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help cluster list commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__cluster__subcmd__remove_commands] )) ||
_meshctl__subcmd__help__subcmd__cluster__subcmd__remove_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help cluster remove commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__completion_commands] )) ||
_meshctl__subcmd__help__subcmd__completion_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help completion commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__demo_commands] )) ||
_meshctl__subcmd__help__subcmd__demo_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help demo commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__diff_commands] )) ||
_meshctl__subcmd__help__subcmd__diff_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help diff commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__discovery_commands] )) ||
_meshctl__subcmd__help__subcmd__discovery_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help discovery commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__endpoints_commands] )) ||
_meshctl__subcmd__help__subcmd__endpoints_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help endpoints commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__help_commands] )) ||
_meshctl__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__install_commands] )) ||
_meshctl__subcmd__help__subcmd__install_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help install commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__manifest_commands] )) ||
_meshctl__subcmd__help__subcmd__manifest_commands() {
    local commands; commands=(
'generate:Render every cluster'\''s objects' \
'images:List the images that the manifests name, one a line' \
    )
    _describe -t commands 'meshctl help manifest commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__manifest__subcmd__generate_commands] )) ||
_meshctl__subcmd__help__subcmd__manifest__subcmd__generate_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help manifest generate commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__manifest__subcmd__images_commands] )) ||
_meshctl__subcmd__help__subcmd__manifest__subcmd__images_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help manifest images commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config_commands() {
    local commands; commands=(
'clusters:Clusters (CDS)' \
'endpoints:Endpoints (EDS) and their health' \
'listeners:Listeners (LDS) and where their filter chains lead' \
'routes:Routes (RDS)' \
'bootstrap:The bootstrap (JSON, unless -o says otherwise)' \
'all:Everything' \
'log:The loggers of the Envoy and their levels; --level sets them' \
's:The talk'\''s \`s KEY\`\: the endpoints of a service key such as reviews.default.svc.cluster.local|http' \
    )
    _describe -t commands 'meshctl help proxy-config commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config__subcmd__all_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config__subcmd__all_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-config all commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config__subcmd__bootstrap_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config__subcmd__bootstrap_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-config bootstrap commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config__subcmd__clusters_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config__subcmd__clusters_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-config clusters commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config__subcmd__endpoints_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config__subcmd__endpoints_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-config endpoints commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config__subcmd__listeners_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config__subcmd__listeners_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-config listeners commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config__subcmd__log_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config__subcmd__log_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-config log commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config__subcmd__routes_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config__subcmd__routes_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-config routes commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config__subcmd__s_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config__subcmd__s_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-config s commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-status_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-status_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-status commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__uninstall_commands] )) ||
_meshctl__subcmd__help__subcmd__uninstall_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help uninstall commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__version_commands] )) ||
_meshctl__subcmd__help__subcmd__version_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help version commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__install_commands] )) ||
_meshctl__subcmd__install_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl install commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__manifest_commands] )) ||
_meshctl__subcmd__manifest_commands() {
    local commands; commands=(
'generate:Render every cluster'\''s objects' \
'images:List the images that the manifests name, one a line' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl manifest commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__manifest__subcmd__generate_commands] )) ||
_meshctl__subcmd__manifest__subcmd__generate_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl manifest generate commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__manifest__subcmd__help_commands] )) ||
_meshctl__subcmd__manifest__subcmd__help_commands() {
    local commands; commands=(
'generate:Render every cluster'\''s objects' \
'images:List the images that the manifests name, one a line' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl manifest help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__manifest__subcmd__help__subcmd__generate_commands] )) ||
_meshctl__subcmd__manifest__subcmd__help__subcmd__generate_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl manifest help generate commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__manifest__subcmd__help__subcmd__help_commands] )) ||
_meshctl__subcmd__manifest__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl manifest help help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__manifest__subcmd__help__subcmd__images_commands] )) ||
_meshctl__subcmd__manifest__subcmd__help__subcmd__images_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl manifest help images commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__manifest__subcmd__images_commands] )) ||
_meshctl__subcmd__manifest__subcmd__images_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl manifest images commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config_commands] )) ||
_meshctl__subcmd__proxy-config_commands() {
    local commands; commands=(
'clusters:Clusters (CDS)' \
'cluster:Clusters (CDS)' \
'c:Clusters (CDS)' \
'cds:Clusters (CDS)' \
'endpoints:Endpoints (EDS) and their health' \
'endpoint:Endpoints (EDS) and their health' \
'ep:Endpoints (EDS) and their health' \
'eds:Endpoints (EDS) and their health' \
'listeners:Listeners (LDS) and where their filter chains lead' \
'listener:Listeners (LDS) and where their filter chains lead' \
'l:Listeners (LDS) and where their filter chains lead' \
'lds:Listeners (LDS) and where their filter chains lead' \
'routes:Routes (RDS)' \
'route:Routes (RDS)' \
'r:Routes (RDS)' \
'rds:Routes (RDS)' \
'bootstrap:The bootstrap (JSON, unless -o says otherwise)' \
'b:The bootstrap (JSON, unless -o says otherwise)' \
'all:Everything' \
'a:Everything' \
'log:The loggers of the Envoy and their levels; --level sets them' \
'o:The loggers of the Envoy and their levels; --level sets them' \
's:The talk'\''s \`s KEY\`\: the endpoints of a service key such as reviews.default.svc.cluster.local|http' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl proxy-config commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__all_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__all_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config all commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__bootstrap_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__bootstrap_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config bootstrap commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__clusters_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__clusters_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config clusters commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__endpoints_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__endpoints_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config endpoints commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help_commands() {
    local commands; commands=(
'clusters:Clusters (CDS)' \
'endpoints:Endpoints (EDS) and their health' \
'listeners:Listeners (LDS) and where their filter chains lead' \
'routes:Routes (RDS)' \
'bootstrap:The bootstrap (JSON, unless -o says otherwise)' \
'all:Everything' \
'log:The loggers of the Envoy and their levels; --level sets them' \
's:The talk'\''s \`s KEY\`\: the endpoints of a service key such as reviews.default.svc.cluster.local|http' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl proxy-config help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help__subcmd__all_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help__subcmd__all_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config help all commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help__subcmd__bootstrap_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help__subcmd__bootstrap_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config help bootstrap commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help__subcmd__clusters_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help__subcmd__clusters_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config help clusters commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help__subcmd__endpoints_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help__subcmd__endpoints_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config help endpoints commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help__subcmd__help_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config help help commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help__subcmd__listeners_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help__subcmd__listeners_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config help listeners commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help__subcmd__log_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help__subcmd__log_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config help log commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help__subcmd__routes_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help__subcmd__routes_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config help routes commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__help__subcmd__s_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__help__subcmd__s_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config help s commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__listeners_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__listeners_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config listeners commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__log_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__log_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config log commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__routes_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__routes_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config routes commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config__subcmd__s_commands] )) ||
_meshctl__subcmd__proxy-config__subcmd__s_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config s commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-status_commands] )) ||
_meshctl__subcmd__proxy-status_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-status commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__uninstall_commands] )) ||
_meshctl__subcmd__uninstall_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl uninstall commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__version_commands] )) ||
_meshctl__subcmd__version_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl version commands' commands "$@"
}

if [ "$funcstack[1]" = "_meshctl" ]; then
    _meshctl "$@"
else
    compdef _meshctl meshctl
fi
