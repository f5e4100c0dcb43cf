# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_meshctl_global_optspecs
    string join \n registry= o/output= q/quiet v/verbose h/help V/version
end

function __fish_meshctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_meshctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_meshctl_using_subcommand
    set -l cmd (__fish_meshctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c meshctl -n "__fish_meshctl_needs_command" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_needs_command" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_needs_command" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_needs_command" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_needs_command" -s V -l version -d 'Print version'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "ca" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "cluster" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "completion" -d 'Print the completions of a shell'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "demo" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "discovery" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "endpoints" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "ep" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "install" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "man" -d 'Write the man pages of meshctl into a folder'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "manifest" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "proxy-config" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "pc" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ca" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "ca" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "cluster" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "completion" -d 'Print the completions of a shell'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "demo" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "discovery" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "endpoints" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "install" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "man" -d 'Write the man pages of meshctl into a folder'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "manifest" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "proxy-config" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
