// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseHelp {
    /// Of files with tasks and cron.
    static let files = #"""
        en Says what 'apply' would do, and changes nothing.
        zh 说明 'apply' 会做什么，不做改动。
        en The server checks everything in the files as if it were saved. Exit codes: 0 nothing to do, 7 there is; others as everywhere, 2 when something in the files is wrong.
        zh 服务器会像保存时一样检查文件中的全部内容。退出码：0 无事可做，7 有改动；其他与别处相同，文件有误时为 2。
        en Files and folders with tasks and workflows; '-' for standard input.
        zh 含有任务和工作流的文件和文件夹；'-' 表示标准输入。
        en Name of this set of files, kept in the label quartzflow/source of what it makes or changes.
        zh 这组文件的名称，保存在它创建或修改的任务和工作流的 quartzflow/source 标签里。
        en Also delete what is of this source and in no file.
        zh 同时删除这个来源中已不在文件里的任务和工作流。
        en Also take what has no source or another one.
        zh 也处理没有来源或来源不同的任务和工作流。
        en Shows where files and server differ, field by field.
        zh 逐个字段显示文件与服务器的不同。
        en Exit codes as of 'plan'.
        zh 退出码与 'plan' 相同。
        en Makes the server's tasks and workflows as the files say.
        zh 让服务器的任务和工作流与文件一致。
        en Nothing is changed when anything in the files is wrong. What somebody else changes meanwhile is left alone (exit code 6) and the others are done; run it again then, it goes on where it stopped.
        zh 文件中有任何错误时都不做改动。期间被别人修改的会跳过（退出码 6），其余照做；之后再运行一次，会从停下的地方继续。
        en Writes the server's tasks and workflows as files.
        zh 把服务器的任务和工作流写成文件。
        en With a folder one file for each task and workflow. One that is in a file there already stays in it: only what differs on the server is changed, and comments stay. Without a folder all go to standard output.
        zh 写文件夹时每个任务和工作流一个文件。已在文件中的留在原处：只改动与服务器不同的部分，注释会保留。不写文件夹时全部写到标准输出。
        en Folder to write to.
        zh 写到哪个文件夹。
        en Only what is of this source; all without it.
        zh 只写这个来源的任务和工作流；不写则全部。
        en Prints the JSON Schema of task files, for editors.
        zh 显示任务文件的 JSON Schema，供编辑器使用。
        en The server gives it without signing in, too, at /api/v1/task-files/schema.json:
        zh 服务器不需要登录也提供它，地址是 /api/v1/task-files/schema.json：
        en Explains cron expressions and computes their fire times.
        zh 解释 Cron 表达式，并计算触发时间。
        en Prints the next fire times of an expression.
        zh 显示表达式接下来的触发时间。
        en 5, 6 (second first) or 7 fields (year last), a macro, or '@every 1h30m'; quote it.
        zh 5 段、6 段（秒在最前）或 7 段（年在最后）、宏，或 '@every 1h30m'；请加引号。
        en IANA name such as Asia/Shanghai, or +08:00.
        zh IANA 名称，如 Asia/Shanghai，或 +08:00。
        en How many times to print, up to 10000.
        zh 显示几个时间，最多 10000。
        en Start after this RFC 3339 time; default now.
        zh 从这个 RFC 3339 时间之后开始；默认是现在。
        en What a change of summer time does to fixed times: debian, skip, both.
        zh 夏令时变化对固定时间的影响：debian、skip、both。
        en zh or en, of messages; that of the environment.
        zh 消息的语言，zh 或 en；默认由环境变量决定。
        en Says in words what an expression means and warns of common mistakes.
        zh 用文字说明表达式的含义，并提醒常见的错误。
        en The expression; quote it.
        zh 表达式；请加引号。
        en zh or en; that of the environment.
        zh zh 或 en；默认由环境变量决定。
        en Answers 'zone TAB start TAB expression TAB count' lines from standard input with epoch seconds.
        zh 从标准输入读取 'zone TAB start TAB expression TAB count' 行，以纪元秒作答。
        """#
}
