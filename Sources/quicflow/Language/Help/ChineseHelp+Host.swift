// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseHelp {
    /// Of agents and profiles.
    static let host = #"""
        en Run this host's agent.
        zh 运行本机的代理。
        en Run the agent until it is told to stop.
        zh 运行代理，直到收到停止信号。
        en The first start joins a server: give --server and --join-token (or QUARTZFLOW_JOIN_TOKEN), made with 'quicflow-server token create'. Later starts need neither.
        zh 第一次启动要加入服务器：写 --server 和 --join-token（或 QUARTZFLOW_JOIN_TOKEN），令牌用 'quicflow-server token create' 生成。之后启动都不需要。
        en SIGTERM ends the agent and not its jobs: they go on, and the next start of the agent takes over. SIGINT (Ctrl-C) and 'quicflow agent stop' end them as well.
        zh SIGTERM 只结束代理，不结束任务：任务继续运行，由代理的下次启动接管。SIGINT（Ctrl-C）和 'quicflow agent stop' 会连任务一起结束。
        en Server, host:port; may be repeated.
        zh 服务器，host:port；可重复。
        en Single-use join token; needed for the first start.
        zh 一次性加入令牌；第一次启动时需要。
        en Where the agent keeps its identity, ledger and output.
        zh 代理在哪里保存身份、台账和输出。
        en What people call this host; its host name by default.
        zh 这台主机叫什么；默认是主机名。
        en Something true of this host, NAME=VALUE, by which rules put it into groups; may be repeated. Else QUARTZFLOW_LABELS, or the lines of DATA-DIR/labels.
        zh 这台主机的标签，NAME=VALUE，规则据此把它放进分组；可重复。没有写时取 QUARTZFLOW_LABELS，或 DATA-DIR/labels 的各行。
        en Group this host joins when it first starts, by name or number, as far as the join token allows it; may be repeated. Else QUARTZFLOW_GROUP, or the lines of DATA-DIR/groups.
        zh 主机第一次启动时加入的分组，写名称或编号，以加入令牌允许的为限；可重复。不写则用 QUARTZFLOW_GROUP，或 DATA-DIR/groups 中的各行。
        en What this host allows, a JSON file (docs/executors.md); /etc/quicflow/policy.json if it is there.
        zh 这台主机允许什么，JSON 文件（docs/executors.md）；有 /etc/quicflow/policy.json 时用它。
        en Seconds for which jobs go on after the server said that it does not know this host.
        zh 服务器说不认识这台主机之后，任务还可以运行的秒数。
        en SIGTERM ends the jobs too; always so for the first process of a container.
        zh SIGTERM 也结束任务；作为容器的第一个进程时总是如此。
        en Days for which this host keeps its records, statistics and outputs; 7 to 400.
        zh 主机保留记录、统计和输出的天数；7 到 400。
        en Also keep the records of each day as files in this directory, such as ~/.quicflow/tasks (docs/operations.md).
        zh 同时把每天的记录写成这个目录中的文件，如 ~/.quicflow/tasks（docs/operations.md）。
        en How much to log: trace, debug, info, notice, warning, error.
        zh 日志级别：trace、debug、info、notice、warning、error。
        en End this host's agent and its jobs.
        zh 结束本机的代理和它的任务。
        en Jobs get SIGTERM and, after ten seconds, SIGKILL. Those that a stopped agent left running are ended as well; the next start of the agent reports how.
        zh 任务会收到 SIGTERM，十秒后 SIGKILL。停止的代理遗留的运行也会结束；代理下次启动时上报结果。
        en Check programs that carry out plugin tasks.
        zh 检查执行插件任务的程序。
        en Say whether a program keeps to the plugin protocol.
        zh 说明程序是否遵守插件协议。
        en Starts the program on this host, three times: it has to greet in time, to refuse a message it does not know, and to end when it is told to cancel. See docs/plugins.md.
        zh 在本机启动程序三次：它要及时问候，拒绝不认识的消息，被要求取消时结束。见 docs/plugins.md。
        en The program.
        zh 程序。
        en A parameter it needs, NAME=VALUE; may be repeated.
        zh 它需要的参数，NAME=VALUE；可重复。
        en Looks at server, clock, agent, certificate, ports and disks, and says what to do.
        zh 检查服务器、时钟、代理、证书、端口和磁盘，并说明该怎么做。
        en Changes nothing. Each line is ok, warn or fail; the exit code is 1 when one failed, and 0 otherwise. Works without signing in, and says more to who has signed in. Data directories of agent and server are looked at where there are any; run it as their user.
        zh 不做改动。每行是 ok、warn 或 fail；有 fail 时退出码为 1，否则为 0。不登录也能用，登录后内容更多。有代理和服务器的数据目录时会检查；请以它们的用户运行。
        en The agent's data directory; ~/.quicflow or /var/lib/quartzflow-agent by default.
        zh 代理的数据目录；默认是 ~/.quicflow 或 /var/lib/quartzflow-agent。
        en The server's data directory; ~/.quartzflow/server or /var/lib/quartzflow by default.
        zh 服务器的数据目录；默认是 ~/.quartzflow/server 或 /var/lib/quartzflow。
        en Where agents would connect, host:port, to see whether UDP gets through; may be repeated.
        zh 代理要连接的地址，host:port，用来检查 UDP 是否通；可重复。
        en zh or en; as the environment says by default.
        zh zh 或 en；默认由环境变量决定。
        en The same as --output json.
        zh 与 --output json 相同。
        en Names for servers, to be used as --profile NAME.
        zh 服务器的名称，用作 --profile NAME。
        en --server counts first, then --profile, QUARTZFLOW_SERVER, QUARTZFLOW_PROFILE, and the profile in use. Each server keeps its own session: sign in at each once.
        zh --server 优先，然后是 --profile、QUARTZFLOW_SERVER、QUARTZFLOW_PROFILE，最后是正在使用的配置。每台服务器有自己的会话：要分别登录一次。
        en Lists the names.
        zh 列出名称。
        en Names a server.
        zh 给服务器命名。
        en Letters, digits, '.', '_' and '-'.
        zh 字母、数字、'.'、'_' 和 '-'。
        en Such as https://flow.example.com.
        zh 如 https://flow.example.com。
        en Says which server counts when nobody says another.
        zh 说明没有写时使用哪台服务器。
        en A name; none: the usual address counts again.
        zh 名称；不写则恢复通常的地址。
        en Forgets a name; the session at its server stays.
        zh 忘记名称；在服务器上的会话会保留。
        en The name.
        zh 名称。
        en Starts and ends the jobs of an agent. Started by the agent.
        zh 启动和结束代理的任务。由代理启动。
        en What the agent says.
        zh 代理说的内容。
        en Show subcommand help information.
        zh 显示子命令的帮助。
        """#
}
