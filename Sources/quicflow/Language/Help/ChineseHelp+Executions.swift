// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseHelp {
    /// Of executions, groups and hosts.
    static let executions = #"""
        en Executions: history, output, cancelling, retrying.
        zh 执行：历史、输出、取消、重试。
        en Lists executions, newest first.
        zh 列出执行，最新的在前。
        en Only this task, by name or number.
        zh 只看这个任务，写名称或编号。
        en Only this agent, by id or name.
        zh 只看这台主机，写编号或名称。
        en Only this state: pending, running, success, failure, timeout, cancelled, skipped.
        zh 只看这个状态：pending、running、success、failure、timeout、cancelled、skipped。
        en Shows an execution.
        zh 显示一个执行。
        en Id of the execution.
        zh 执行的编号。
        en Prints an execution's output, a part of it, or the lines in which a text stands.
        zh 显示执行的输出、其中一部分，或含有某段文字的行。
        en Go on printing, from attempt to attempt, until the execution has ended.
        zh 继续显示，一次尝试接一次尝试，直到执行结束。
        en Only this attempt of a retried execution; the last one, or all of them when following.
        zh 只看重试过的执行的这一次尝试；默认是最后一次，跟随时是全部。
        en Only from this byte on.
        zh 从这个字节开始。
        en With --from: so many bytes, at least 64.
        zh 与 --from 一起用：这么多字节，至少 64。
        en Only from this line on; lines are counted from 1.
        zh 从这一行开始；行从 1 数起。
        en With --line: so many lines.
        zh 与 --line 一起用：这么多行。
        en Only lines with this text, each behind its number; searched on the server.
        zh 只看含有这段文字的行，行号在前；在服务器上查找。
        en With --search: A to Z are a to z.
        zh 与 --search 一起用：A 到 Z 不区分大小写。
        en Stops an execution: SIGTERM, and SIGKILL ten seconds later.
        zh 停止执行：SIGTERM，十秒后 SIGKILL。
        en Cancelling what has ended changes nothing and is no error.
        zh 取消已经结束的执行不会改变什么，也不是错误。
        en SIGKILL at once.
        zh 立即 SIGKILL。
        en Runs an ended execution again, as a new one on the same agent.
        zh 重新运行已结束的执行，作为同一台主机上的新执行。
        en Stops all open executions that a filter finds, or runs all ended ones again.
        zh 停止筛选到的全部未结束执行，或重新运行全部已结束的。
        en What to do: stop or retry.
        zh 做什么：stop 或 retry。
        en Only executions due at this RFC 3339 time or later.
        zh 只看计划时间在这个 RFC 3339 时间或之后的执行。
        en Of stop: SIGKILL at once.
        zh 用于 stop：立即 SIGKILL。
        en Host groups: which agents run what.
        zh 主机分组：哪些主机运行什么。
        en Lists groups.
        zh 列出分组。
        en Shows a group.
        zh 显示一个分组。
        en Name or number; id:9 and name:9 say which.
        zh 名称或编号；用 id:9 和 name:9 说明是哪一种。
        en Makes a group.
        zh 创建分组。
        en At most 256 characters.
        zh 最多 256 个字符。
        en A tag to filter by; repeat for several. Replaces all tags.
        zh 用于筛选的标签；可重复。会替换全部标签。
        en Name, unique, at most 64 characters.
        zh 名称，不能重复，最多 64 个字符。
        en Changes a group.
        zh 修改分组。
        en Deletes a group that no task is bound to.
        zh 删除没有绑定任务的分组。
        en Lists a group's agents.
        zh 列出分组的主机。
        en Name or number of the group; id:9 and name:9 say which.
        zh 分组的名称或编号；用 id:9 和 name:9 说明是哪一种。
        en Puts agents into a group.
        zh 把主机加入分组。
        en Agents, by id or name.
        zh 主机，写编号或名称。
        en Takes agents out of a group.
        zh 把主机移出分组。
        en Rules that put hosts into groups when they join.
        zh 主机加入时进入哪些分组的规则。
        en Rules are kept in a JSON file: {"rules": [{"group_id": 2, "hostnames": ["web-*"], "addresses": ["192.0.2.0/24"], "labels": {"region": "eu"}, "last": false}]}. 'show -o json' writes such a file, 'set' takes it.
        zh 规则写在 JSON 文件里：{"rules": [{"group_id": 2, "hostnames": ["web-*"], "addresses": ["192.0.2.0/24"], "labels": {"region": "eu"}, "last": false}]}。'show -o json' 写出这样的文件，'set' 读取它。
        en Shows the rules.
        zh 显示规则。
        en Replaces all rules by those of a file.
        zh 用文件中的规则替换全部规则。
        en JSON file; - for standard input.
        zh JSON 文件；- 表示标准输入。
        en Shows which hosts would come into which groups; changes nothing.
        zh 显示哪些主机会进入哪些分组；不做改动。
        en JSON file with rules to try; the present ones without it.
        zh 要试用的规则的 JSON 文件；不写则用现有规则。
        en Asks the rules about every host; nobody leaves a group by it.
        zh 对每台主机执行规则；不会有主机因此离开分组。
        en The agents a server knows, one on each host.
        zh 服务器知道的代理，每台主机一个。
        en Lists agents.
        zh 列出主机。
        en Only agents of this group, by name or number.
        zh 只看这个分组的主机，写名称或编号。
        en Only agents whose id, name, host or address has this text.
        zh 只看编号、名称、主机名或地址里有这段文字的主机。
        en Only agents that are, or are not, connected.
        zh 只看已连接的，或只看未连接的主机。
        en Says something of a host; rules may put it into groups by that.
        zh 给主机设置标签；规则可以据此把它放进分组。
        en Replaces what people said before. Labels that the host's own agent gives stay.
        zh 会替换之前由人设置的标签。主机的代理自己给出的标签会保留。
        en Agent, by id or name.
        zh 主机，写编号或名称。
        en NAME=VALUE; none takes all away.
        zh NAME=VALUE；不写则全部去掉。
        en Keeps hosts free of new work until a time, or ends that.
        zh 让主机在某个时间之前不接受新的运行，或结束这种状态。
        en Until then nothing new starts there: no fire, no trigger and no run that the server places, also while the host is cut off. What runs goes on. It ends by itself; each task's misfire policy then says what becomes of the fires since.
        zh 在那之前那里不启动任何新的运行：不触发，不接受手动触发，服务器也不会选它，主机断线时也一样。正在运行的继续。到时自动结束；期间错过的触发按各任务的错过策略处理。
        en All agents of this group, by name or number.
        zh 这个分组的全部主机，写名称或编号。
        en How long: 90s, 30m, 2h, 1d; at most 30 days.
        zh 多久：90s、30m、2h、1d；最长 30 天。
        en Until when, such as 2026-12-24T06:00:00+08:00.
        zh 到什么时候，如 2026-12-24T06:00:00+08:00。
        en Why, for whoever asks why a task did not run there.
        zh 原因，供想知道任务为什么没在那里运行的人查看。
        en Ends it now.
        zh 立即结束。
        en Sums up a host's day, and shows where its own word differs from what the server recorded.
        zh 汇总主机的一天，并显示主机自己的说法与服务器记录的差别。
        en Hosts tell what they did every five minutes; what ended later is in none of the sums.
        zh 主机每五分钟上报一次；之后结束的不在任何一个汇总里。
        en A day on the host's clocks, such as 2026-11-21; today.
        zh 主机时钟上的一天，如 2026-11-21；默认今天。
        en Shows how far a run in waves has come; holds, continues or stops it.
        zh 显示分批执行进行到哪里；可暂停、继续或结束它。
        en The run's id.
        zh 运行的编号。
        en Begin no further wave until --continue.
        zh 在 --continue 之前不再开始下一批。
        en Go on with what is held.
        zh 继续已暂停的分批执行。
        en Begin no further wave at all; what runs ends by itself.
        zh 不再开始任何一批；正在运行的会自行结束。
        en No progress of long work.
        zh 不显示耗时操作的进度。
        """#
}
