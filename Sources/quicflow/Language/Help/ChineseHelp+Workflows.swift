// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseHelp {
    /// Of workflows, settings, the cluster and the scheduler.
    static let workflows = #"""
        en Workflows: tasks, scripts, waits, decisions and questions that lead to one another.
        zh 工作流：前后相连的任务、脚本、等待、判断和审批。
        en Lists workflows.
        zh 列出工作流。
        en Part of the name.
        zh 名称的一部分。
        en Shows a workflow with its steps.
        zh 显示工作流和它的步骤。
        en Name or number of the workflow; id:9 and name:9 say which.
        zh 工作流的名称或编号；用 id:9 和 name:9 说明是哪一种。
        en Prints a definition to edit and create; asks no server.
        zh 输出一份可修改、再用于创建的定义；不访问服务器。
        en For instance: quicflow workflow new inbox --map > inbox.yaml, and then quicflow workflow create -f inbox.yaml.
        zh 例如：quicflow workflow new inbox --map > inbox.yaml，然后 quicflow workflow create -f inbox.yaml。
        en Name of the workflow.
        zh 工作流的名称。
        en List, map, collect: what the first step lists becomes an execution each, and the last gets what they hand on.
        zh 列出、逐项、汇总：第一个步骤列出的每一项成为一次执行，最后一个步骤得到它们交出的结果。
        en Number of the group whose hosts run the steps; 1 is all hosts.
        zh 由其主机运行各步骤的分组编号；1 是所有主机。
        en Creates a workflow from a file.
        zh 从文件创建工作流。
        en File with the definition, YAML or JSON; - is standard input.
        zh 含有定义的文件，YAML 或 JSON；- 表示标准输入。
        en Replaces a workflow's definition from a file; open runs keep to theirs.
        zh 用文件替换工作流的定义；未结束的运行仍用原来的。
        en Deletes a workflow; its runs stay.
        zh 删除工作流；它的运行会保留。
        en Switches a workflow's schedule on.
        zh 启用工作流的调度。
        en Switches a workflow's schedule off; open runs go on.
        zh 停用工作流的调度；未结束的运行继续。
        en Begins a run of a workflow now.
        zh 立即开始工作流的一次运行。
        en With --wait, exit code 1 tells that the run did not succeed.
        zh 用 --wait 时，退出码 1 表示运行没有成功。
        en NAME=VALUE of a parameter of the workflow. Repeat for several.
        zh 工作流参数的 NAME=VALUE。可重复。
        en Wait for the run to end.
        zh 等待运行结束。
        en Lists runs of workflows, newest first.
        zh 列出工作流的运行，最新的在前。
        en Only of this workflow, by name or number.
        zh 只看这个工作流，写名称或编号。
        en queued, running, paused, stopping, compensating, finalising or ended.
        zh queued、running、paused、stopping、compensating、finalising 或 ended。
        en Lists what a workflow said before, or shows one of its versions.
        zh 列出工作流以前的版本，或显示其中一个。
        en Says what a run would do: which steps, where, with which parameters. Nothing starts.
        zh 说明一次运行会做什么：哪些步骤、在哪里、用什么参数。什么都不会启动。
        en Tells a run something that a step of it waits for.
        zh 向一次运行发送某个步骤在等待的消息。
        en The topic that the step waits for.
        zh 步骤等待的主题。
        en NAME=VALUE that the step hands on. Repeat for several.
        zh 步骤交出的 NAME=VALUE。可重复。
        en Exit code 1 tells that a step would not start as things are.
        zh 退出码 1 表示按目前的情况有步骤不会启动。
        en succeeded, failed, cancelled or skipped.
        zh succeeded、failed、cancelled 或 skipped。
        en Shows a run with its steps.
        zh 显示一次运行和它的步骤。
        en The run's id, as 'workflow runs' shows it.
        zh 运行的编号，见 'workflow runs'。
        en Stops a run.
        zh 停止运行。
        en Kill what runs.
        zh 强制终止正在运行的。
        en End the run although hosts do not answer.
        zh 即使主机没有应答，也结束运行。
        en Holds a run: what runs goes on, nothing further starts.
        zh 暂停运行：正在运行的继续，不再开始新的步骤。
        en Lets a held run go on.
        zh 让暂停的运行继续。
        en Repeats a run that has ended; what succeeded is kept.
        zh 重复已结束的运行；成功的步骤会保留。
        en 'failed', or the key of a step: that and all that follows from it run again.
        zh 'failed'，或某个步骤的键：它和由它引出的全部步骤重新运行。
        en Says yes to the question of a step.
        zh 同意步骤的审批。
        en The key of the step that asks.
        zh 请求审批的步骤的键。
        en Why.
        zh 原因。
        en Says no to the question of a step.
        zh 拒绝步骤的审批。
        en Settings of the installation: defaults of tasks, retention, signing in.
        zh 系统设置：任务默认值、保留时间、登录。
        en What the server's file or environment say wins, and can't be changed here.
        zh 服务器的文件或环境变量中写明的优先，不能在这里修改。
        en Lists settings, and where each comes from.
        zh 列出设置，以及每一项来自哪里。
        en Prints the value of a setting.
        zh 显示一项设置的值。
        en Such as retention.days.
        zh 如 retention.days。
        en Changes settings: all of them or none.
        zh 修改设置：全部成功，或都不改。
        en key=value; several change together.
        zh key=value；几项一起修改。
        en Lets settings be what they are by default.
        zh 让设置恢复默认值。
        en The servers that share a PostgreSQL.
        zh 共用一个 PostgreSQL 的服务器。
        en Lists the servers, and each one's part of the work.
        zh 列出服务器，以及各自分担的工作。
        en Has a server hand its work and hosts over to the others, while it goes on answering.
        zh 让服务器把工作和主机移交给其他服务器，期间继续应答。
        en It lasts until 'quicflow cluster resume', or until that server is started again. Hosts that know no other server's address have none meanwhile, and go by their own clocks.
        zh 持续到 'quicflow cluster resume'，或该服务器重新启动。不知道其他服务器地址的主机期间没有服务器，按自己的时钟运行。
        en Its name, or its id where several have one name.
        zh 它的名称；有几台同名时写编号。
        en Has a server take its share of work and hosts again.
        zh 让服务器重新分担工作和主机。
        en Spreads the connected hosts evenly over the servers.
        zh 把已连接的主机平均分到各服务器。
        en Hosts stay where they are connected, so after servers were replaced one by one all of them may be with one. Shards of tasks even out by themselves.
        zh 主机会留在所连接的服务器上，所以逐台更换服务器后，它们可能都在同一台上。任务分片会自动均衡。
        en Stops and starts all schedules at once.
        zh 一次停止或启动全部调度。
        en Says whether schedules fire, and who stopped them.
        zh 说明调度是否在触发，以及是谁停止的。
        en Lets nothing fire by schedule, on all hosts, until it is started; what runs now runs on.
        zh 所有主机都不再按调度触发，直到重新启动；正在运行的继续。
        en Why, for whoever asks why a task did not run.
        zh 原因，供想知道任务为什么没有运行的人查看。
        en Lets schedules fire again; what came due meanwhile is treated as each task's misfire policy says.
        zh 重新按调度触发；期间到时间的按各任务的错过策略处理。
        """#
}
