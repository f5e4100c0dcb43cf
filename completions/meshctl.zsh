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
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
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
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
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
'--key=[The kind of new keys\: p256, p384, rsa2048, rsa4096 \[default\: p384 for the root, p256 for intermediates\]]:KIND:_default' \
'--root-key=[The file with the root'\''s key, if that does not live in the CA folder; it is made where neither it nor a root exists]:FILE:_files' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--shared[Give all clusters the same intermediate]' \
'--renew[Issue intermediates anew that end within 60 days; their keys stay, so nothing they signed is lost]' \
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
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
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
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
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
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
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
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--offline[Ask no cluster\: show what the directory says]' \
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
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
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
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
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
'--grpc=[Where to serve gRPC xDS in plain text]:ADDRESS:_default' \
'--http=[Where to serve the v1 REST API and /debug in plain text]:ADDRESS:_default' \
'--monitoring=[Where to serve /ready and /metrics]:ADDRESS:_default' \
'--primary=[The primary cluster, where the registry does not say]:ID:_default' \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--no-restart-hold[Send removals and changes to resuming proxies although clusters have not been read yet]' \
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
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(ep)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(install)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':dir -- The folder to write to, which must be there; pages of the same name are replaced:_files' \
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
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(proxy-config)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'-q[Say nothing but the result]' \
'--quiet[Say nothing but the result]' \
'*-v[Say more; -vv for traces]' \
'*--verbose[Say more; -vv for traces]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(pc)
_arguments "${_arguments_options[@]}" : \
'--registry=[The directory that is the mesh\: kubeconfigs, descriptors, file clusters, mesh.yaml]:DIR:_files' \
'-o+[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
'--output=[How to print the result]:FORMAT:((table\:"A table for people"
wide\:"The table with every column"
json\:"JSON"
yaml\:"YAML"
name\:"Names alone, one a line"
v1\:"The JSON of the talk'\''s pilot (v1 REST)"))' \
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
(man)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(manifest)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(proxy-config)
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
'cluster:Show the clusters of the registry' \
'completion:Print the completions of a shell' \
'demo:(being built)' \
'discovery:Watch the clusters of a registry, and serve xDS to their proxies' \
'endpoints:(being built)' \
'ep:(being built)' \
'install:(being built)' \
'man:Write the man pages of meshctl into a folder' \
'manifest:(being built)' \
'proxy-config:(being built)' \
'pc:(being built)' \
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
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl cluster commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster__subcmd__help_commands] )) ||
_meshctl__subcmd__cluster__subcmd__help_commands() {
    local commands; commands=(
'list:List the clusters\: role, source, server, version, and whether each answers' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'meshctl cluster help commands' commands "$@"
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
(( $+functions[_meshctl__subcmd__cluster__subcmd__list_commands] )) ||
_meshctl__subcmd__cluster__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl cluster list commands' commands "$@"
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
'cluster:Show the clusters of the registry' \
'completion:Print the completions of a shell' \
'demo:(being built)' \
'discovery:Watch the clusters of a registry, and serve xDS to their proxies' \
'endpoints:(being built)' \
'install:(being built)' \
'man:Write the man pages of meshctl into a folder' \
'manifest:(being built)' \
'proxy-config:(being built)' \
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
    )
    _describe -t commands 'meshctl help cluster commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__cluster__subcmd__list_commands] )) ||
_meshctl__subcmd__help__subcmd__cluster__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help cluster list commands' commands "$@"
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
(( $+functions[_meshctl__subcmd__help__subcmd__man_commands] )) ||
_meshctl__subcmd__help__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help man commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__manifest_commands] )) ||
_meshctl__subcmd__help__subcmd__manifest_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help manifest commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__proxy-config_commands] )) ||
_meshctl__subcmd__help__subcmd__proxy-config_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help proxy-config commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__install_commands] )) ||
_meshctl__subcmd__install_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl install commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__man_commands] )) ||
_meshctl__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl man commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__manifest_commands] )) ||
_meshctl__subcmd__manifest_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl manifest commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__proxy-config_commands] )) ||
_meshctl__subcmd__proxy-config_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl proxy-config commands' commands "$@"
}

if [ "$funcstack[1]" = "_meshctl" ]; then
    _meshctl "$@"
else
    compdef _meshctl meshctl
fi
