// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of what is done to many at once, of tests before saving, and of open forms.
    static let bulk = #"""
        en More than {limit} match. Narrow the filter, and do it in several steps.
        zh 符合的超过 {limit} 个。请缩小筛选范围，分几次执行。
        en It would be others than were counted, or the question is older than ten minutes: now there are {count}. Look, and ask again.
        zh 现在符合的已不是先前数过的那些，或者距上次统计已超过十分钟：现在有 {count} 个。请查看后重新统计。
        en '{field}' belongs to the action '{action}'
        zh “{field}”属于操作“{action}”
        en say labels, or remove_labels
        zh 请给出 labels 或 remove_labels
        en say add_groups, or remove_groups
        zh 请给出 add_groups 或 remove_groups
        en this is no token of a count
        zh 这不是统计时得到的令牌
        en say what to do
        zh 请说明要做什么
        en '{name}' takes two persons to start, and a test has no place for the second one.
        zh 启动“{name}”需要两个人，而试运行没有第二个人审批的环节。
        en This server's store runs no tests.
        zh 这台服务器的存储不支持试运行。
        en The host is not connected, so nothing can be tried there now.
        zh 主机未连接，现在不能在那里试运行。
        en This host is in none of the task's groups.
        zh 这台主机不在任务的任何分组中。
        en There is no such host.
        zh 没有这台主机。
        en At most {limit} forms can be open at once.
        zh 最多同时打开 {limit} 个表单。
        en at most a year, {seconds} seconds, either way
        zh 提前或推后最多一年，即 {seconds} 秒
        en name 1 to {limit} of jobs, executions, execution:ID, log:ID, hosts, stats, editing:ID, approvals, storage, separated by commas
        zh 请写出 1 到 {limit} 个主题：jobs、executions、execution:ID、log:ID、hosts、stats、editing:ID、approvals、storage，用逗号分隔
        en The server failed. Look at this one alone.
        zh 服务器出错。请单独查看这一个。
        en at most 64 characters
        zh 最多 64 个字符
        """#
}
