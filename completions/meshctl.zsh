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
&& ret=0
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
&& ret=0
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
&& ret=0
;;
(cluster)
_arguments "${_arguments_options[@]}" : \
&& ret=0
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
'ca:(being built)' \
'cluster:(being built)' \
'completion:Print the completions of a shell' \
'demo:(being built)' \
'discovery:(being built)' \
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
    local commands; commands=()
    _describe -t commands 'meshctl ca commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__cluster_commands] )) ||
_meshctl__subcmd__cluster_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl cluster commands' commands "$@"
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
'ca:(being built)' \
'cluster:(being built)' \
'completion:Print the completions of a shell' \
'demo:(being built)' \
'discovery:(being built)' \
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
    local commands; commands=()
    _describe -t commands 'meshctl help ca commands' commands "$@"
}
(( $+functions[_meshctl__subcmd__help__subcmd__cluster_commands] )) ||
_meshctl__subcmd__help__subcmd__cluster_commands() {
    local commands; commands=()
    _describe -t commands 'meshctl help cluster commands' commands "$@"
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
