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
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_needs_command" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_needs_command" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_needs_command" -s V -l version -d 'Print version'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "ca" -d 'The certificate authority of the mesh: one root, an intermediate per cluster'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "cluster" -d 'Show the clusters of the registry, add one, remove one'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "completion" -d 'Print the completions of a shell'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "demo" -d 'A guided tour of the mesh: two clusters, a pilot and a proxy, all on this machine'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "diff" -d 'Show what install would change, and what others have changed of ours'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "discovery" -d 'Watch the clusters of a registry, and serve xDS to their proxies'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "endpoints" -d 'Show the endpoints of a service, merged over all clusters, and where each of them runs'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "ep" -d 'Show the endpoints of a service, merged over all clusters, and where each of them runs'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "install" -d 'Install the control plane in every cluster of the registry'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "manifest" -d 'Show the control plane\'s manifests without touching a cluster'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "proxy-config" -d 'Show what a proxy knows: its clusters, endpoints, listeners, routes, bootstrap'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "pc" -d 'Show what a proxy knows: its clusters, endpoints, listeners, routes, bootstrap'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "proxy-status" -d 'Show whether every proxy has what it was sent; with TARGET, what differs in one'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "ps" -d 'Show whether every proxy has what it was sent; with TARGET, what differs in one'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "uninstall" -d 'Remove the control plane from every cluster of the registry'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "version" -d 'Show the version of this program, and in every cluster that of Kubernetes, of what is installed, and its image'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -f -a "init" -d 'Make the CA: a root, and an intermediate for each cluster; run again, only what is missing'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -f -a "show" -d 'Show the CA: its root and intermediates, their keys, ends and fingerprints'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -f -a "verify" -d 'Verify CA folders or PEM files, whoever made them: chain, keys, limits, dates, and the same root everywhere'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and not __fish_seen_subcommand_from init show verify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l dir -d 'The CA folder [default: caDir of mesh.yaml, or mesh-ca beside the registry]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l cluster -d 'A cluster that needs an intermediate, instead of the registry\'s; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l key -d 'The kind of new keys (those that are there stay): p256, p384, rsa2048, rsa4096 [default: p384 for the root, p256 for intermediates]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l root-key -d 'The file with the root\'s key, if that does not live in the CA folder; it is made where neither it nor a root exists' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l shared -d 'Give all clusters the same intermediate'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from init" -l renew -d 'Issue intermediates anew that end within 60 days; their keys stay, so nothing they signed is lost. Entries of the registry that are broken are left out'
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
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
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
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from help" -f -a "init" -d 'Make the CA: a root, and an intermediate for each cluster; run again, only what is missing'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the CA: its root and intermediates, their keys, ends and fingerprints'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Verify CA folders or PEM files, whoever made them: chain, keys, limits, dates, and the same root everywhere'
complete -c meshctl -n "__fish_meshctl_using_subcommand ca; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list add remove help" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list add remove help" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list add remove help" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list add remove help" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list add remove help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list add remove help" -f -a "list" -d 'List the clusters: role, source, server, version, and whether each answers'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list add remove help" -f -a "add" -d 'Add a cluster: one context of your kubeconfig, as a file of the registry'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list add remove help" -f -a "remove" -d 'Take a cluster out of the mesh'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and not __fish_seen_subcommand_from list add remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -l timeout -d 'How long each cluster may take to answer, e.g. 5s or 500ms' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -l offline -d 'Ask no cluster: show what the directory says'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from add" -l context -d 'The context of the kubeconfig' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from add" -l kubeconfig -d 'The kubeconfig; else the files of KUBECONFIG, else ~/.kube/config' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from add" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from add" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from remove" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from remove" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from remove" -l dead -d 'It does not answer and never will: do not try to uninstall it'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from remove" -l force -d 'Even while pods with a sidecar run in it'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from remove" -l dry-run -d 'Remove nothing: print what would go'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Do not ask'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the clusters: role, source, server, version, and whether each answers'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a cluster: one context of your kubeconfig, as a file of the registry'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Take a cluster out of the mesh'
complete -c meshctl -n "__fish_meshctl_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand completion" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -l dir -d 'Keep the files in this folder: a new one, an empty one, or that of a demo before' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -l keep -d 'Stay up after the tour until Ctrl-C, and print commands to try in another terminal'
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -l force -d 'Set the folder up anew although its files were edited; the edits are lost'
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l clusters -d 'Only these clusters' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l primary -d 'The primary cluster' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l ca -d 'The folder of the CA; else caDir of mesh.yaml, else mesh-ca beside the registry' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s f -l values -d 'A file of values, over those of mesh.yaml; the later one wins' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l set -d 'A value, over those of files: discovery.replicas=3, a.b={x,y}; the later one wins' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l hub -d 'Registry and path of the control plane\'s image, without its name' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l tag -d 'Tag of the control plane\'s image' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l digest -d 'Digest of the control plane\'s image, sha256:…' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l stub-services -d 'Make a Service without selector wherever a service of the mesh is missing, so that DNS answers; remembered by each cluster, and also stubServices of mesh.yaml'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l no-stub-services -d 'Make none, and remove those of earlier runs'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l grpc -d 'Where to serve gRPC xDS in plain text; this and the other addresses may be given several times' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l secure -d 'Where to serve gRPC xDS over mutual TLS; a proxy\'s certificate must chain to the root' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l secure-rest -d 'Where to serve the v1 REST API over mutual TLS' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l tls-cert -d 'The certificate chain for mutual TLS, PEM, leaf first; it may change at run time' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l tls-key -d 'Its private key, PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l tls-root -d 'The root certificates that proxies\' certificates must chain to, PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l http -d 'Where to serve the v1 REST API and /debug in plain text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l rest -d 'Where to serve the v1 REST API alone in plain text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l monitoring -d 'Where to serve /ready and /metrics' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l max-connections -d 'How many connections each kind of gRPC listener holds at a time; more are refused, and counted in /metrics' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l primary -d 'The primary cluster, where the registry does not say' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l cluster-id -d 'The id of the cluster that the pod runs in' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l namespace -d 'The control plane\'s namespace' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l token-renew-after -d 'Renew the remotes\' tokens so long after they were issued, instead of at a third of their life: 10m, 8h. At least 1s, and never later than two thirds of their life' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l pod-name -d 'The pod\'s name, by which it holds the Lease' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l service-account-dir -d 'The folder with the service account\'s token and ca.crt' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l api-host -d 'The API server\'s host, as the kubelet tells every pod' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l api-port -d 'Its port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l no-restart-hold -d 'Send removals and changes to resuming proxies although clusters have not been read yet'
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -l in-cluster -d 'Run as a pod of the primary: its cluster by the service account, the remotes by the Secret istio-remote-clusters, the settings by the ConfigMap istio'
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand discovery" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -s n -l namespace -d 'The service\'s namespace' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -l cluster -d 'Only the endpoints of this cluster of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -l proxy -d 'Compare with what the proxy of this pod, workload or service holds; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -l admin -d 'The admin address of the Envoy of --proxy, where port-forward does not lead to it' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -l compare -d 'Compare with what pilot pushes: at PILOT_URL, else by port-forward'
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand endpoints" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -s n -l namespace -d 'The service\'s namespace' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -l cluster -d 'Only the endpoints of this cluster of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -l proxy -d 'Compare with what the proxy of this pod, workload or service holds; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -l admin -d 'The admin address of the Envoy of --proxy, where port-forward does not lead to it' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -l compare -d 'Compare with what pilot pushes: at PILOT_URL, else by port-forward'
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l timeout -d 'How long to wait, in each cluster' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l only -d 'Place only the Secrets: where the objects come from manifest generate and a pipeline' -r -f -a "secrets\t'The CA, and what pilot needs to read remote clusters; with the namespace and the inventory\'s entries where they are missing'"
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l clusters -d 'Only these clusters' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l primary -d 'The primary cluster' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l ca -d 'The folder of the CA; else caDir of mesh.yaml, else mesh-ca beside the registry' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s f -l values -d 'A file of values, over those of mesh.yaml; the later one wins' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l set -d 'A value, over those of files: discovery.replicas=3, a.b={x,y}; the later one wins' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l hub -d 'Registry and path of the control plane\'s image, without its name' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l tag -d 'Tag of the control plane\'s image' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l digest -d 'Digest of the control plane\'s image, sha256:…' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l dry-run -d 'Write nothing: print the plan, or with -o yaml exactly what would be applied'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s y -l yes -d 'Do not ask'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l wait -d 'Wait until what was written is ready; this is what happens without a flag'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l no-wait -d 'Do not wait until what was written is ready'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l verify -d 'Look for pilot from every remote, also where nothing was written'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l no-verify -d 'Do not ask pilot what it sees, nor look for it from the remotes'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l move-primary -d 'Take another primary than the one that was installed'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l force-conflicts -d 'Take back fields of ours that somebody else has changed in a live cluster'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l stub-services -d 'Make a Service without selector wherever a service of the mesh is missing, so that DNS answers; remembered by each cluster, and also stubServices of mesh.yaml'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l no-stub-services -d 'Make none, and remove those of earlier runs'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l allow-downgrade -d 'Let this version replace a newer one'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l revoke-credentials -d 'Make the accounts anew by which pilot reads the remotes: every token it holds is worth nothing from then on'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -l create-ca -d 'Make the CA first, as meshctl ca init does, where the folder lacks a part, or there is none and no cluster holds one'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and not __fish_seen_subcommand_from generate images help" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and not __fish_seen_subcommand_from generate images help" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and not __fish_seen_subcommand_from generate images help" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and not __fish_seen_subcommand_from generate images help" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and not __fish_seen_subcommand_from generate images help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and not __fish_seen_subcommand_from generate images help" -f -a "generate" -d 'Render every cluster\'s objects'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and not __fish_seen_subcommand_from generate images help" -f -a "images" -d 'List the images that the manifests name, one a line'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and not __fish_seen_subcommand_from generate images help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -l out -d 'Write to this folder; it must be empty, or written by this command' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -l clusters -d 'Only these clusters' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -l primary -d 'The primary cluster' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -s f -l values -d 'A file of values, over those of mesh.yaml; the later one wins' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -l set -d 'A value, over those of files: discovery.replicas=3, a.b={x,y}; the later one wins' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -l hub -d 'Registry and path of the control plane\'s image, without its name' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -l tag -d 'Tag of the control plane\'s image' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -l digest -d 'Digest of the control plane\'s image, sha256:…' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -s f -l values -d 'A file of values, over those of mesh.yaml; the later one wins' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -l set -d 'A value, over those of files: discovery.replicas=3, a.b={x,y}; the later one wins' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -l hub -d 'Registry and path of the control plane\'s image, without its name' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -l tag -d 'Tag of the control plane\'s image' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -l digest -d 'Digest of the control plane\'s image, sha256:…' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from images" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from help" -f -a "generate" -d 'Render every cluster\'s objects'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from help" -f -a "images" -d 'List the images that the manifests name, one a line'
complete -c meshctl -n "__fish_meshctl_using_subcommand manifest; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "clusters" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "cluster" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "c" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "cds" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "endpoints" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "endpoint" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "ep" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "eds" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "listeners" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "listener" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "l" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "lds" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "routes" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "route" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "r" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "rds" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "bootstrap" -d 'The bootstrap (JSON, unless -o says otherwise)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "b" -d 'The bootstrap (JSON, unless -o says otherwise)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "all" -d 'Everything'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "a" -d 'Everything'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "log" -d 'The loggers of the Envoy and their levels; --level sets them'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "o" -d 'The loggers of the Envoy and their levels; --level sets them'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "s" -d 'The talk\'s `s KEY`: the endpoints of a service key such as reviews.default.svc.cluster.local|http'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l fqdn -d 'Only this host; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l direction -d 'Only outbound, inbound or inbound-vip' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l subset -d 'Only this subset' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from clusters" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l fqdn -d 'Only this host; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l direction -d 'Only outbound, inbound or inbound-vip' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l subset -d 'Only this subset' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cluster" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l fqdn -d 'Only this host; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l direction -d 'Only outbound, inbound or inbound-vip' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l subset -d 'Only this subset' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from c" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l fqdn -d 'Only this host; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l direction -d 'Only outbound, inbound or inbound-vip' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l subset -d 'Only this subset' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from cds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l in-cluster -d 'Look for the proxy in this cluster of the mesh only (--cluster of the other views)' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l cluster -d 'Only this xDS cluster: outbound|9080||HOST, HOST, or the talk\'s out.HOST|http; not one of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l status -d 'Only this health: healthy, unhealthy, draining, degraded, timeout' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoints" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l in-cluster -d 'Look for the proxy in this cluster of the mesh only (--cluster of the other views)' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l cluster -d 'Only this xDS cluster: outbound|9080||HOST, HOST, or the talk\'s out.HOST|http; not one of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l status -d 'Only this health: healthy, unhealthy, draining, degraded, timeout' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from endpoint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l in-cluster -d 'Look for the proxy in this cluster of the mesh only (--cluster of the other views)' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l cluster -d 'Only this xDS cluster: outbound|9080||HOST, HOST, or the talk\'s out.HOST|http; not one of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l status -d 'Only this health: healthy, unhealthy, draining, degraded, timeout' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from ep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l in-cluster -d 'Look for the proxy in this cluster of the mesh only (--cluster of the other views)' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l cluster -d 'Only this xDS cluster: outbound|9080||HOST, HOST, or the talk\'s out.HOST|http; not one of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l status -d 'Only this health: healthy, unhealthy, draining, degraded, timeout' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from eds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -l type -d 'Only HTTP, TCP, HTTP+TCP or UNKNOWN' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listeners" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -l type -d 'Only HTTP, TCP, HTTP+TCP or UNKNOWN' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from listener" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -l type -d 'Only HTTP, TCP, HTTP+TCP or UNKNOWN' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from l" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -l type -d 'Only HTTP, TCP, HTTP+TCP or UNKNOWN' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from lds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -l name -d 'Only the route of this name; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from routes" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -l name -d 'Only the route of this name; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from route" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -l name -d 'Only the route of this name; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from r" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -l name -d 'Only the route of this name; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from rds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from bootstrap" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from b" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from all" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from a" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -l level -d 'Set levels: LEVEL for every logger, LOGGER:LEVEL for one; several with commas' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -l level -d 'Set levels: LEVEL for every logger, LOGGER:LEVEL for one; several with commas' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from o" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from s" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from help" -f -a "clusters" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from help" -f -a "endpoints" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from help" -f -a "listeners" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from help" -f -a "routes" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from help" -f -a "bootstrap" -d 'The bootstrap (JSON, unless -o says otherwise)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from help" -f -a "all" -d 'Everything'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from help" -f -a "log" -d 'The loggers of the Envoy and their levels; --level sets them'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from help" -f -a "s" -d 'The talk\'s `s KEY`: the endpoints of a service key such as reviews.default.svc.cluster.local|http'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "clusters" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "cluster" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "c" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "cds" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "endpoints" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "endpoint" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "ep" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "eds" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "listeners" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "listener" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "l" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "lds" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "routes" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "route" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "r" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "rds" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "bootstrap" -d 'The bootstrap (JSON, unless -o says otherwise)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "b" -d 'The bootstrap (JSON, unless -o says otherwise)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "all" -d 'Everything'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "a" -d 'Everything'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "log" -d 'The loggers of the Envoy and their levels; --level sets them'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "o" -d 'The loggers of the Envoy and their levels; --level sets them'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "s" -d 'The talk\'s `s KEY`: the endpoints of a service key such as reviews.default.svc.cluster.local|http'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and not __fish_seen_subcommand_from clusters cluster c cds endpoints endpoint ep eds listeners listener l lds routes route r rds bootstrap b all a log o s help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l fqdn -d 'Only this host; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l direction -d 'Only outbound, inbound or inbound-vip' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l subset -d 'Only this subset' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from clusters" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l fqdn -d 'Only this host; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l direction -d 'Only outbound, inbound or inbound-vip' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l subset -d 'Only this subset' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cluster" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l fqdn -d 'Only this host; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l direction -d 'Only outbound, inbound or inbound-vip' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l subset -d 'Only this subset' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from c" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l fqdn -d 'Only this host; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l direction -d 'Only outbound, inbound or inbound-vip' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l subset -d 'Only this subset' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from cds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l in-cluster -d 'Look for the proxy in this cluster of the mesh only (--cluster of the other views)' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l cluster -d 'Only this xDS cluster: outbound|9080||HOST, HOST, or the talk\'s out.HOST|http; not one of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l status -d 'Only this health: healthy, unhealthy, draining, degraded, timeout' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoints" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l in-cluster -d 'Look for the proxy in this cluster of the mesh only (--cluster of the other views)' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l cluster -d 'Only this xDS cluster: outbound|9080||HOST, HOST, or the talk\'s out.HOST|http; not one of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l status -d 'Only this health: healthy, unhealthy, draining, degraded, timeout' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from endpoint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l in-cluster -d 'Look for the proxy in this cluster of the mesh only (--cluster of the other views)' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l cluster -d 'Only this xDS cluster: outbound|9080||HOST, HOST, or the talk\'s out.HOST|http; not one of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l status -d 'Only this health: healthy, unhealthy, draining, degraded, timeout' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from ep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l in-cluster -d 'Look for the proxy in this cluster of the mesh only (--cluster of the other views)' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l cluster -d 'Only this xDS cluster: outbound|9080||HOST, HOST, or the talk\'s out.HOST|http; not one of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l status -d 'Only this health: healthy, unhealthy, draining, degraded, timeout' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from eds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -l type -d 'Only HTTP, TCP, HTTP+TCP or UNKNOWN' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listeners" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -l type -d 'Only HTTP, TCP, HTTP+TCP or UNKNOWN' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from listener" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -l type -d 'Only HTTP, TCP, HTTP+TCP or UNKNOWN' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from l" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -l address -d 'Only this address; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -l port -d 'Only this port' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -l type -d 'Only HTTP, TCP, HTTP+TCP or UNKNOWN' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from lds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -l name -d 'Only the route of this name; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from routes" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -l name -d 'Only the route of this name; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from route" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -l name -d 'Only the route of this name; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from r" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -l name -d 'Only the route of this name; * stands for any text' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from rds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from bootstrap" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from b" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from all" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from a" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -l level -d 'Set levels: LEVEL for every logger, LOGGER:LEVEL for one; several with commas' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -l level -d 'Set levels: LEVEL for every logger, LOGGER:LEVEL for one; several with commas' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from o" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -s n -l namespace -d 'Look for the proxy in this namespace only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -l from -d 'Whom to ask' -r -f -a "envoy\t'The Envoy itself, by port-forward or at --admin'
pilot\t'Pilot, at PILOT_URL or by port-forward'
file\t'A file (-f)'
registry\t'Computed here'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -s f -l file -d 'Read a dump from a file; - is standard input' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -l admin -d 'Ask an Envoy at its admin address' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -l cluster -d 'Look for the proxy in this cluster of the mesh only' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -l all -d 'All matching proxies, not the first'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from s" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from help" -f -a "clusters" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from help" -f -a "endpoints" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from help" -f -a "listeners" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from help" -f -a "routes" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from help" -f -a "bootstrap" -d 'The bootstrap (JSON, unless -o says otherwise)'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from help" -f -a "all" -d 'Everything'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from help" -f -a "log" -d 'The loggers of the Envoy and their levels; --level sets them'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from help" -f -a "s" -d 'The talk\'s `s KEY`: the endpoints of a service key such as reviews.default.svc.cluster.local|http'
complete -c meshctl -n "__fish_meshctl_using_subcommand pc; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-status" -s n -l namespace -d 'Only proxies of this namespace' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-status" -l cluster -d 'Only proxies of this cluster of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-status" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-status" -l admin -d 'The admin address of TARGET\'s Envoy, where port-forward does not lead to it' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-status" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-status" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-status" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-status" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand proxy-status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand ps" -s n -l namespace -d 'Only proxies of this namespace' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ps" -l cluster -d 'Only proxies of this cluster of the mesh' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ps" -l pilot -d 'The pilot\'s HTTP address, with or without http://' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ps" -l admin -d 'The admin address of TARGET\'s Envoy, where port-forward does not lead to it' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand ps" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand ps" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand ps" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand ps" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand ps" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -l clusters -d 'Only these clusters' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -l dry-run -d 'Remove nothing: print what would go and what would stay'
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -s y -l yes -d 'Do not ask'
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -l purge -d 'Remove the CA\'s Secret, definitions of custom resources and the namespace, too'
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -l force -d 'Even while pods with a sidecar run, or another cluster still needs the primary'
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand version" -l timeout -d 'How long each cluster may take to answer, e.g. 5s or 500ms' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand version" -l registry -d 'The directory that is the mesh: kubeconfigs, descriptors, file clusters, mesh.yaml' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand version" -s o -l output -d 'How to print the result' -r -f -a "table\t'A table for people'
wide\t'The table with every column'
json\t'JSON'
yaml\t'YAML'
name\t'Names alone, one a line'
v1\t'The JSON of the talk\'s pilot (v1 REST): of proxy-config and endpoints'"
complete -c meshctl -n "__fish_meshctl_using_subcommand version" -l client -d 'Ask no cluster'
complete -c meshctl -n "__fish_meshctl_using_subcommand version" -s q -l quiet -d 'Say nothing but the result'
complete -c meshctl -n "__fish_meshctl_using_subcommand version" -s v -l verbose -d 'Say more; -vv for traces'
complete -c meshctl -n "__fish_meshctl_using_subcommand version" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "ca" -d 'The certificate authority of the mesh: one root, an intermediate per cluster'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "cluster" -d 'Show the clusters of the registry, add one, remove one'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "completion" -d 'Print the completions of a shell'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "demo" -d 'A guided tour of the mesh: two clusters, a pilot and a proxy, all on this machine'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "diff" -d 'Show what install would change, and what others have changed of ours'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "discovery" -d 'Watch the clusters of a registry, and serve xDS to their proxies'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "endpoints" -d 'Show the endpoints of a service, merged over all clusters, and where each of them runs'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "install" -d 'Install the control plane in every cluster of the registry'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "manifest" -d 'Show the control plane\'s manifests without touching a cluster'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "proxy-config" -d 'Show what a proxy knows: its clusters, endpoints, listeners, routes, bootstrap'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "proxy-status" -d 'Show whether every proxy has what it was sent; with TARGET, what differs in one'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "uninstall" -d 'Remove the control plane from every cluster of the registry'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "version" -d 'Show the version of this program, and in every cluster that of Kubernetes, of what is installed, and its image'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and not __fish_seen_subcommand_from ca cluster completion demo diff discovery endpoints install manifest proxy-config proxy-status uninstall version help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from ca" -f -a "init" -d 'Make the CA: a root, and an intermediate for each cluster; run again, only what is missing'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from ca" -f -a "show" -d 'Show the CA: its root and intermediates, their keys, ends and fingerprints'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from ca" -f -a "verify" -d 'Verify CA folders or PEM files, whoever made them: chain, keys, limits, dates, and the same root everywhere'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "list" -d 'List the clusters: role, source, server, version, and whether each answers'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "add" -d 'Add a cluster: one context of your kubeconfig, as a file of the registry'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "remove" -d 'Take a cluster out of the mesh'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from manifest" -f -a "generate" -d 'Render every cluster\'s objects'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from manifest" -f -a "images" -d 'List the images that the manifests name, one a line'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from proxy-config" -f -a "clusters" -d 'Clusters (CDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from proxy-config" -f -a "endpoints" -d 'Endpoints (EDS) and their health'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from proxy-config" -f -a "listeners" -d 'Listeners (LDS) and where their filter chains lead'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from proxy-config" -f -a "routes" -d 'Routes (RDS)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from proxy-config" -f -a "bootstrap" -d 'The bootstrap (JSON, unless -o says otherwise)'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from proxy-config" -f -a "all" -d 'Everything'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from proxy-config" -f -a "log" -d 'The loggers of the Envoy and their levels; --level sets them'
complete -c meshctl -n "__fish_meshctl_using_subcommand help; and __fish_seen_subcommand_from proxy-config" -f -a "s" -d 'The talk\'s `s KEY`: the endpoints of a service key such as reviews.default.svc.cluster.local|http'
