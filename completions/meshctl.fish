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
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "ca" -d 'The certificate authority of the mesh: one root, an intermediate per cluster'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "cluster" -d 'Show the clusters of the registry'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "completion" -d 'Print the completions of a shell'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "demo" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "discovery" -d 'Watch the clusters of a registry, and serve xDS to their proxies'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "endpoints" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "ep" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "install" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "man" -d 'Write the man pages of meshctl into a folder'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "manifest" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "proxy-config" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "pc" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -f -a "init" -d 'Make the CA: a root, and an intermediate for each cluster; run again, only what is missing'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -f -a "show" -d 'Show the CA: its root and intermediates, their keys, ends and fingerprints'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -f -a "verify" -d 'Verify CA folders or PEM files, whoever made them: chain, keys, limits, dates, and the same root everywhere'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l dir -d 'The CA folder [default: caDir of mesh.yaml, or mesh-ca beside the registry]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l cluster -d 'A cluster that needs an intermediate, instead of the registry\'s; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l key -d 'The kind of new keys: p256, p384, rsa2048, rsa4096 [default: p384 for the root, p256 for intermediates]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l root-key -d 'The file with the root\'s key, if that does not live in the CA folder; it is made where neither it nor a root exists' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l shared -d 'Give all clusters the same intermediate'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l renew -d 'Issue intermediates anew that end within 60 days; their keys stay, so nothing they signed is lost'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from show" -l dir -d 'The CA folder [default: caDir of mesh.yaml, or mesh-ca beside the registry]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from show" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from show" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from verify" -l dir -d 'The CA folder, where nothing else is named [default: caDir of mesh.yaml, or mesh-ca beside the registry]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from verify" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from verify" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from help" -f -a "init" -d 'Make the CA: a root, and an intermediate for each cluster; run again, only what is missing'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the CA: its root and intermediates, their keys, ends and fingerprints'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Verify CA folders or PEM files, whoever made them: chain, keys, limits, dates, and the same root everywhere'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list help" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list help" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list help" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list help" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list help" -f -a "list" -d 'List the clusters: role, source, server, version, and whether each answers'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -l timeout -d 'How long each cluster may take to answer, e.g. 5s or 500ms' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -l offline -d 'Ask no cluster: show what the directory says'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the clusters: role, source, server, version, and whether each answers'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
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
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l grpc -d 'Where to serve gRPC xDS in plain text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l http -d 'Where to serve the v1 REST API and /debug in plain text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l monitoring -d 'Where to serve /ready and /metrics' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l primary -d 'The primary cluster, where the registry does not say' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST)'"
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l no-restart-hold -d 'Send removals and changes to resuming proxies although clusters have not been read yet'
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
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "ca" -d 'The certificate authority of the mesh: one root, an intermediate per cluster'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "cluster" -d 'Show the clusters of the registry'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "completion" -d 'Print the completions of a shell'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "demo" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "discovery" -d 'Watch the clusters of a registry, and serve xDS to their proxies'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "endpoints" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "install" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "man" -d 'Write the man pages of meshctl into a folder'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "manifest" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "proxy-config" -d '(being built)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo discovery endpoints install man manifest proxy-config help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from ca" -f -a "init" -d 'Make the CA: a root, and an intermediate for each cluster; run again, only what is missing'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from ca" -f -a "show" -d 'Show the CA: its root and intermediates, their keys, ends and fingerprints'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from ca" -f -a "verify" -d 'Verify CA folders or PEM files, whoever made them: chain, keys, limits, dates, and the same root everywhere'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "list" -d 'List the clusters: role, source, server, version, and whether each answers'
