// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of groups, hosts, runs and settings.
    static let others = #"""
        en a label's name begins with a letter or digit and goes on with these, '.', '_', '-' or '/', at most 63
        zh 标签名以字母或数字开头，后面还可用“.”、“_”、“-”或“/”，最多 63 个字符
        en a label's value has at most {valueLimit} bytes and no control characters
        zh 标签值最多 {valueLimit} 字节，不能有控制字符
        en no parameter '{name}' was given, which the job uses
        zh 没有给出任务用到的参数“{name}”
        en a whole number from {lowerBound} to {upperBound}
        zh {lowerBound} 到 {upperBound} 的整数
        en 0 (for ever) or a whole number from {lowerBound} to {upperBound}
        zh 0（永久）或 {lowerBound} 到 {upperBound} 的整数
        en a name of the time-zone database, such as Asia/Shanghai or UTC
        zh 时区数据库中的名称，如 Asia/Shanghai 或 UTC
        en it is longer than {jobsLongestTimeout}, so no new task could be saved
        zh 它比 {jobsLongestTimeout} 长，这样新任务都不能保存
        en one of {words}
        zh {words} 之一
        en a command needs 'op'
        zh 命令需要“op”
        en '{operation}' is none of sub, unsub, ping
        zh “{operation}”不是 sub、unsub、ping 之一
        en 'topics' has to be an array
        zh “topics”应为数组
        en at most {topicLimit} topics at once
        zh 一次最多 {topicLimit} 个主题
        en a topic needs its name in 't'
        zh 主题的名称要写在“t”中
        en 'since' has to be a byte offset
        zh “since”应为字节偏移量
        en 'f' may hold task_id, client_id, run_id and status
        zh “f”可以有 task_id、client_id、run_id 和 status
        """#
}
