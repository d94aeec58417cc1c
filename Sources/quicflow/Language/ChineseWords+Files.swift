// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseWords {
    /// About task files.
    static let files = #"""
        en it waits for '{parent}', which is not there
        zh 它依赖“{parent}”，而那里没有
        en '{name}' was left alone: it waits for '{parent}', which is not there
        zh “{name}”没有改动：它依赖“{parent}”，而那里没有
        en '{name}' was left alone: {failure}
        zh “{name}”没有改动：{failure}
        en {counts} created, {counts2} changed, {counts3} deleted, {unchanged} as they were
        zh 新建 {counts} 个，修改 {counts2} 个，删除 {counts3} 个，{unchanged} 个不变
        en , {left} left alone
        zh ，{left} 个没有改动
        en '{name}' was left out: it runs in groups that you may not see, too, or the server can't read it
        zh “{name}”没有写出：它还在你看不到的分组中运行，或者服务器无法读取它
        en '{name}' {path}: this looks like a secret in clear; see 'quicflow secret set'
        zh “{name}”{path}：这像是明文的密钥；见 'quicflow secret set'
        en {written} of {tasks} tasks and workflows written to {folder}
        zh 已把 {tasks} 个任务和工作流中的 {written} 个写到 {folder}
        en {place}: '{name}' is not on the server
        zh {place}：服务器上没有“{name}”
        en --source needs a name, such as the repository's.
        zh --source 要有名称，例如代码仓库的名称。
        en --prune and --adopt need --source: what other files made is not to be touched.
        zh --prune 和 --adopt 要与 --source 一起用：别的文件创建的不能动。
        en some belong to another source; nothing was changed
        zh 有的属于另一个来源；没有修改
        en it is of source '{source}'; --adopt takes it over
        zh 它属于来源“{source}”；用 --adopt 接管
        en {text}; put it in quotes
        zh {text}；请加上引号
        en {file}: all files together have more than {size} MiB
        zh {file}：所有文件合计超过 {size} MiB
        en the same name stands at {place}
        zh 同样的名称出现在 {place}
        en the files have faults; nothing was changed
        zh 文件有错误；没有修改
        en {place}: a task or workflow is a mapping with a 'name'
        zh {place}：任务或工作流是带有 'name' 的映射
        en {path}: there is no such file
        zh {path}：没有这个文件
        en {path}: there are more than {fileLimit} files
        zh {path}：超过 {fileLimit} 个文件
        en {file}: this is larger than {size} MiB
        zh {file}：大于 {size} MiB
        en {file}: this can't be read
        zh {file}：读不了
        en {file} can't be read any more
        zh {file} 已经读不了
        en {place}: '{name}' differs, but can't be changed among others; do it by hand
        zh {place}：“{name}”不同，但夹在别的任务之间，无法修改；请手动修改
        en {file}: written anew, without its comments
        zh {file}：已重写，没有保留注释
        en 'groups' by name
        zh 'groups' 和名称
        en 'enabled: true' or 'enabled: false'
        zh 'enabled: true' 或 'enabled: false'
        en 'dependencies' with the names of tasks
        zh 'dependencies' 和任务名称
        en numbers are another server's; write {text} in files
        zh 编号属于另一台服务器；在文件中请写 {text}
        en say where it runs, as in 'groups: [all]'
        zh 请写在哪里运行，如 'groups: [all]'
        en this is true or false
        zh 这里是 true 或 false
        en this is a list, as in 'groups: [all]'
        zh 这是列表，如 'groups: [all]'
        en is '{near}' meant?
        zh 是不是“{near}”？
        en there are: {keys}
        zh 可用的有：{keys}
        en there is no group '{text}'; {hint}
        zh 没有分组“{text}”；{hint}
        en write 'task' with its name in files
        zh 在文件中请写 'task' 和名称
        en write 'workflow' with its name in files
        zh 在文件中请写 'workflow' 和名称
        en numbers are another server's; write 'groups' by name in files
        zh 编号属于另一台服务器；在文件中请用 'groups' 写名称
        en there is no workflow '{name}'{hint}
        zh 没有工作流“{name}”{hint}
        en {name} (workflow)
        zh {name}（工作流）
        en the server takes no file triggers in files yet; update it first
        zh 服务器还不支持文件中的文件触发器；请先升级
        en the server takes no workflows in files yet; update it first
        zh 服务器还不支持文件中的工作流；请先升级
        en '{name}' was left out: it has groups, tasks or workflows that you may not see, or the server can't read it
        zh “{name}”被略过：其中有您看不到的分组、任务或工作流，或者服务器无法读取它
        en say which task it waits for, by its name
        zh 请写它依赖的任务名称
        en '{name}' is named twice
        zh “{name}”写了两次
        en ; is '{near}' meant?
        zh ；是不是“{near}”？
        en , in the files or on the server
        zh ，文件中和服务器上都没有
        en there is no task '{name}'{hint}
        zh 没有任务“{name}”{hint}
        en {plan} to create, {plan2} to change, {plan3} to delete, {unchanged} as they are
        zh 将新建 {plan} 个，修改 {plan2} 个，删除 {plan3} 个，{unchanged} 个不变
        en  (on the server since {since})
        zh （{since} 起在服务器上）
        en ? {name} (of source '{source}', in no file; --prune deletes it)
        zh ? {name}（来源“{source}”，不在任何文件中；--prune 会删除它）
        en {server} is older than task files; update it first
        zh {server} 的版本太旧，不支持任务文件；请先升级
        en the files can't be applied; nothing was changed
        zh 文件不能应用；没有修改
        en this is set by --source; leave it out
        zh 这由 --source 设置；请去掉
        en {message}; is '{near}' meant?
        zh {message}；是不是“{near}”？
        en {place}: {part} tasks wait for each other, of at most {batchLimit} and {size} kB
        zh {place}：{part} 个任务互相等待，最多 {batchLimit} 个、{size} kB
        en there is not enough memory to read this
        zh 内存不够，读不了
        en aliases such as *name are not taken in task files; write the value out
        zh 任务文件不能用 *name 这样的别名；请写出值
        en this is nested deeper than {depthLimit} levels
        zh 嵌套超过 {depthLimit} 层
        en a key has to be text
        zh 键应为文本
        en '{key}' stands on line {line} already
        zh “{key}”已在第 {line} 行出现
        en anchors such as &name are not taken in task files; leave it out
        zh 任务文件不能用 &name 这样的锚点；请去掉
        en tags such as !!str are not taken in task files; quotes make a text of a number
        zh 任务文件不能用 !!str 这样的标签；给数字加引号就成为文本
        en this is no YAML
        zh 这不是 YAML
        en {problem} (character {problem_value})
        zh {problem}（字符 {problem_value}）
        en a tab stands at the beginning of this line; YAML takes blanks alone there
        zh 这一行以制表符开头；YAML 在那里只能用空格
        en this is no YAML: {problem}{context}
        zh 这不是 YAML：{problem}{context}
        en a boolean
        zh 布尔值
        en an integer
        zh 整数
        en a number
        zh 数字
        en a string
        zh 字符串
        en an array
        zh 数组
        en an object
        zh 对象
        en text after the end of the value
        zh 值结束之后还有内容
        en nested more than {depthLimit} deep
        zh 嵌套超过 {depthLimit} 层
        en the text ends where a value is expected
        zh 应有值的地方文本就结束了
        en a value is expected here
        zh 这里应为一个值
        en a member's name in quotes is expected here
        zh 这里应为带引号的成员名
        en a member's name has more than {nameLimit} bytes
        zh 成员名超过 {nameLimit} 字节
        en the name '{quoted}' stands here a second time
        zh 名称“{quoted}”在这里第二次出现
        en ':' is expected here
        zh 这里应为“:”
        en ',' or '}' is expected here
        zh 这里应为“,”或“}”
        en ',' or ']' is expected here
        zh 这里应为“,”或“]”
        en a number is expected here
        zh 这里应为数字
        en digits are expected after '.'
        zh “.”之后应为数字
        en digits are expected in the exponent
        zh 指数应为数字
        en the integer does not fit into 64 bits
        zh 整数超出 64 位
        en the number is too large
        zh 数字太大
        en the string has no end
        zh 字符串没有结束
        en the string is not UTF-8
        zh 字符串不是 UTF-8
        en more than {limit} combining marks in a row in a string
        zh 字符串中连续的组合符号超过 {limit} 个
        en a control character in a string; write it as an escape
        zh 字符串中有控制字符；请写成转义
        en half of a surrogate pair is missing
        zh 代理对缺了一半
        en an unknown escape in a string
        zh 字符串中有不认识的转义
        en four hexadecimal digits are expected here
        zh 这里应为四个十六进制数字
        en a label's name begins with a letter or digit and goes on with these, '.', '_', '-' or '/', at most 63
        zh 标签名以字母或数字开头，后面还可用“.”、“_”、“-”或“/”，最多 63 个字符
        en a label's value has at most {valueLimit} bytes and no control characters
        zh 标签值最多 {valueLimit} 字节，不能有控制字符
        """#
}
