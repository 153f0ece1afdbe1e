//! What stands below `--help`.

pub(crate) const APPLY_EXAMPLES: &str = "\
Examples:
  apim-patch apply --home /opt/wso2am --profile gateway --file gateway.toml --dry-run
  apim-patch apply --home gw-1=/srv/gw-1 --home gw-2=/srv/gw-2 --file cluster.toml
  apim-patch apply --all-homes /srv --profile gateway --file gateway.toml --jobs 4
  apim-patch apply -i --home /opt/wso2am --profile gateway --file gateway.toml --save chosen.toml
  apim-patch apply --plan gateway.plan --home /opt/wso2am";

pub(crate) const PLAN_EXAMPLES: &str = "\
Examples:
  apim-patch plan --home /opt/wso2am --profile gateway --file gateway.toml --out gateway.plan
  apim-patch plan --home gw-1=copies/gw-1 --file cluster.toml --out cluster.plan
  apim-patch diff --plan cluster.plan
  apim-patch apply --plan cluster.plan --home /opt/wso2am --node gw-1

A plan holds no secrets, only where they are kept: they are read again by apply.";

pub(crate) const DIFF_EXAMPLES: &str = "\
Examples:
  apim-patch diff --home /opt/wso2am --profile gateway --file gateway.toml
  apim-patch diff --home /opt/wso2am --profile gateway --file gateway.toml --why
  apim-patch diff --all-homes /srv --file cluster.toml --exit-code
  apim-patch diff --all-homes /srv --file cluster.toml --stat
  apim-patch diff --home /opt/wso2am --file gateway.toml --format patch --show-secrets > gw.patch
  apim-patch diff --plan gateway.plan --format markdown > comment.md
  apim-patch diff --all-homes /srv --file cluster.toml --format html --out review.html";

pub(crate) const CHECK_EXAMPLES: &str = "\
Examples:
  apim-patch check --home /opt/wso2am --profile gateway --file gateway.toml
  apim-patch check --all-homes /srv --file cluster.toml --format json > $(hostname).json
  apim-patch check --all-homes /srv --file cluster.toml --format markdown > comment.md
  apim-patch check --all-homes homes --file cluster.toml --format sarif > check.sarif";

pub(crate) const LINT_EXAMPLES: &str = "\
Examples:
  apim-patch lint --file cluster.toml
  apim-patch lint --home /srv/gw-1 --home /srv/gw-2
  apim-patch lint --file cluster.toml --format sarif > lint.sarif";

pub(crate) const INSPECT_EXAMPLES: &str = "\
Examples:
  apim-patch inspect --home /opt/wso2am proxy key_manager.client
  apim-patch inspect --home /opt/wso2am 'environments.*.server_url'
  apim-patch inspect --home /opt/wso2am --state shadowed,vault --file carbon.xml
  apim-patch inspect --home /srv/gw-1 --home /srv/gw-2 --differences";

pub(crate) const CAPTURE_EXAMPLES: &str = "\
Examples:
  apim-patch capture --home /opt/wso2am --profile gateway > apim-patch.toml
  apim-patch capture --home gw-1=/srv/gw-1 --home gw-2=/srv/gw-2 > cluster.toml";

pub(crate) const REVERT_EXAMPLES: &str = "\
Examples:
  apim-patch revert --home /opt/wso2am
  apim-patch revert --home /opt/wso2am 20261123T091502.417Z-ba78";

pub(crate) const HISTORY_EXAMPLES: &str = "\
Examples:
  apim-patch history --home /opt/wso2am
  apim-patch history --home /opt/wso2am 20261123T091502.417Z-ba78
  apim-patch history --home /opt/wso2am --prune 5";

pub(crate) const RECOVER_EXAMPLES: &str = "\
Examples:
  apim-patch recover --home /opt/wso2am
  apim-patch recover --home /opt/wso2am --wait 60";

pub(crate) const MERGE_EXAMPLES: &str = "\
Examples:
  apim-patch report merge reports/*.json
  apim-patch report merge reports/*.json --format html --out review.html
  for node in $NODES; do ssh $node apim-patch check ... --format json; done |
    apim-patch report merge -

Exit status: 0 every node is as asked for, 1 differences or nodes that failed, 2 a report that can't be read.";

pub(crate) const RENDER_EXAMPLES: &str = "\
Examples:
  apim-patch render start --file cluster.toml
  apim-patch render hosts --file cluster.toml --node gw-1
  apim-patch render hosts --file cluster.toml --node gw-1 --into /etc/hosts
  apim-patch render certs --file cluster.toml --out certs
  apim-patch render nginx --file cluster.toml --out conf.d
  apim-patch render trust --file cluster.toml --node gw-1 --ca certs/ca.pem";

pub(crate) const DOCTOR_EXAMPLES: &str = "\
Examples:
  apim-patch doctor --home /opt/wso2am
  apim-patch doctor --home /opt/wso2am --file cluster.toml --node gw-1 --ca certs/ca.pem
  apim-patch doctor --home /opt/wso2am --profile gateway --format json

Exit status: 0 nothing found, 1 something found, 2 to 6 something kept it from looking.";

pub(crate) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  apim-patch explain key_manager.client
  apim-patch explain gateway
  apim-patch explain --file cluster.toml
  apim-patch explain --file cluster.toml --node gw-1 key_manager";

pub(crate) const INIT_EXAMPLES: &str = "\
Examples:
  apim-patch init --profile gateway > apim-patch.toml
  apim-patch init";

pub(crate) const DEMO_EXAMPLES: &str = "\
Examples:
  apim-patch demo";

pub(crate) const MAN_EXAMPLES: &str = "\
Examples:
  apim-patch man | man -l -
  apim-patch man --out ~/.local/share/man/man1";

pub(crate) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  source <(apim-patch completions bash)      # in ~/.bashrc
  source <(apim-patch completions zsh)       # in ~/.zshrc, behind compinit
  apim-patch completions fish | source       # in ~/.config/fish/config.fish

Keys, their values, profiles and the nodes of the deployment file are completed, which is the one that
the line names with --file, $APIM_PATCH_FILE, ./apim-patch.toml or apim-patch.toml in the home.";

pub(crate) const SCHEMA_EXAMPLES: &str = "\
Examples:
  apim-patch schema > apim-patch.schema.json
  apim-patch schema report

With `#:schema ./apim-patch.schema.json` as its first line, editors complete the keys of a deployment file.";
