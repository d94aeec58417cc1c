// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of workflows and their expressions.
    static let workflows = #"""
        en There is no workflow {id}. It may have been deleted.
        zh 没有工作流 {id}，可能已被删除。
        en There is no workflow run {id}. It may be older than the history that is kept.
        zh 没有工作流运行 {id}，可能已超出保留的历史。
        en The workflow '{workflowName}' has no step '{key}'.
        zh 工作流“{workflowName}”没有步骤“{key}”。
        en A workflow named '{name}' exists already. Choose another name.
        zh 已有名为“{name}”的工作流。请换一个名称。
        en '{name}' is not deleted while it runs: run {run} has not ended. Cancel it first.
        zh “{name}”运行时不能删除：运行 {run} 还没有结束。请先取消它。
        en '{name}' was changed by somebody else: you have version {expected}, stored is {version}. Load it again.
        zh “{name}”被别人修改过：你的是版本 {expected}，现在是版本 {version}。请重新加载。
        en this is no whole number
        zh 这不是整数
        en this text is no whole number
        zh 这个文本不是整数
        en this text is no number
        zh 这个文本不是数字
        en '{function}' does not take {kind}
        zh “{function}”不接受{kind}
        en '{function}' takes two texts, not {kind} and {kind2}
        zh “{function}”要两个文本，而不是{kind}和{kind2}
        en the text is no JSON
        zh 这个文本不是 JSON
        en a JSON pointer begins with '/'
        zh JSON Pointer 以“/”开头
        en the JSON has nothing at '{pointer}'
        zh JSON 中没有“{pointer}”
        en 'in' needs a list on its right, not {kind}
        zh “in”右边应为列表，而不是{kind}
        en the text is longer than {result} bytes
        zh 文本超过 {result} 字节
        en {kind} and {kind2} cannot be compared
        zh {kind}和{kind2}不能比较
        en {kind} and {kind2} have no order
        zh {kind}和{kind2}没有先后
        en '{operation}' does not go with {kind} and {kind2}
        zh “{operation}”不能用于{kind}和{kind2}
        en the result is no number
        zh 结果不是数字
        en divided by zero
        zh 除以零
        en '{operation}' is no arithmetic
        zh “{operation}”不是算术运算
        en it comes to more than {result} bytes
        zh 结果超过 {result} 字节
        en a condition has to be true or false
        zh 条件应为真或假
        en {name} is not there; ask with has() or default()
        zh 没有 {name}；请用 has() 或 default() 判断
        en {kind} has no negative
        zh {kind}没有负值
        en it takes more than {steps} steps
        zh 超过 {steps} 步
        en true or false is expected, not {kind}
        zh 应为真或假，而不是{kind}
        en {text}, at column {column}
        zh {text}，第 {column} 列
        en '{symbol}' is missing here
        zh 这里缺少“{symbol}”
        en the expression ends where a value is expected
        zh 应有值的地方表达式就结束了
        en '{shortened}' is not expected here
        zh 这里不应有“{shortened}”
        en an operator is missing before this value
        zh 这个值之前缺少运算符
        en there is no function '{name}'; there are {known}
        zh 没有函数“{name}”；可用的有 {known}
        en '{name}' takes {lowerBound} value(s), not {arguments}
        zh “{name}”要 {lowerBound} 个值，而不是 {arguments} 个
        en 'has' takes a path such as params.day
        zh “has”要 params.day 这样的路径
        en '{name}' is not known; a path begins with params, steps or run, a text is in quotes
        zh 不认识“{name}”；路径以 params、steps 或 run 开头，文本要加引号
        en a name is missing after '.'
        zh “.”之后缺少名称
        en a number or a text in quotes is missing after '['
        zh “[”之后缺少数字或带引号的文本
        en longer than {limit} bytes
        zh 超过 {limit} 字节
        en '{sign}' is no part of an expression
        zh “{sign}”不是表达式的一部分
        en this is no number
        zh 这不是数字
        en a backslash goes before n, t, a quote or itself
        zh 反斜杠后面只能是 n、t、引号或反斜杠
        en the text in quotes does not end
        zh 带引号的文本没有结束
        en '}}' is missing
        zh 缺少“}}”
        en it comes to more than {parameterBytes} bytes, or has a NUL character
        zh 结果超过 {parameterBytes} 字节，或有 NUL 字符
        en parameter '{name}': {error}
        zh 参数“{name}”：{error}
        en all parameters together have more than {parametersBytes} bytes
        zh 所有参数合计超过 {parametersBytes} 字节
        en the steps would wait for each other: {path}
        zh 步骤会互相等待：{path}
        en at_least {count}, but only {edges} edges lead to '{key}'
        zh at_least 为 {count}，但只有 {edges} 条连线通向“{key}”
        en a workflow has at least one step
        zh 工作流至少有一个步骤
        en {nodes} are more than {nodeLimit}
        zh {nodes} 个超过了 {nodeLimit} 个
        en {size} bytes are more than {sizeLimit}
        zh {size} 字节超过了 {sizeLimit} 字节
        en with what decisions choose there are more than {edgeLimit}
        zh 加上判断选择的连线，超过了 {edgeLimit} 条
        en a name has 1 to {nameLimit} bytes, no blank at its ends and no control characters
        zh 名称为 1 到 {nameLimit} 字节，首尾不能有空格，不能有控制字符
        en there is a step '{key}' already
        zh 已有步骤“{key}”
        en there is a parameter '{name}' already
        zh 已有参数“{name}”
        en there is no step '{key}'
        zh 没有步骤“{key}”
        en this edge is there already
        zh 已有这条连线
        en where '{from}' leads is said in its cases and 'else'
        zh “{from}”通向哪里由它的分支和“else”决定
        en there is no step '{name}', at column {column}
        zh 没有步骤“{name}”，第 {column} 列
        en '{name}' does not lead to '{key}', so it may not have ended, at column {column}
        zh “{name}”不通向“{key}”，那时可能还没有结束，第 {column} 列
        en there is no parameter '{name}', at column {column}
        zh 没有参数“{name}”，第 {column} 列
        en only numbers of groups are expected here
        zh 这里只能是分组编号
        en a parameter's name is made of letters, digits and '_'
        zh 参数名只含字母、数字和“_”
        en {kind} is not of type {kind2}
        zh {kind}不是类型 {kind2}
        en only an edge with on 'failure' can catch one
        zh 只有 on 为“failure”的连线才能捕获失败
        en a key is a small letter and up to 47 small letters, digits and '_'
        zh 键以小写字母开头，后面最多 47 个小写字母、数字和“_”
        en write "all", "strict" or {"at_least": 2}
        zh 请写 "all"、"strict" 或 {"at_least": 2}
        en at most {parameterBytes} bytes
        zh 最多 {parameterBytes} 字节
        en say which task runs
        zh 请写明运行哪个任务
        en say which workflow runs
        zh 请写明运行哪个工作流
        en say in 'do' what is done for each item
        zh 请在“do”中写明每一项做什么
        en a map does a job, a script or a request for each item
        zh map 对每一项执行任务、脚本或请求
        en write a list, or an expression in {{ }}
        zh 请写一个列表，或 {{ }} 中的表达式
        en say what it goes over: a list, or {{steps.KEY.outputs.NAME}}
        zh 请写明逐项处理什么：一个列表，或 {{steps.KEY.outputs.NAME}}
        en an item has more than {itemLimit} bytes, or a NUL character
        zh 有一项超过 {itemLimit} 字节，或有 NUL 字符
        en {items} items are more than {maxItems}
        zh {items} 项超过了 {maxItems} 项
        en write "any", "fast", "never" or {"ratio": 0.1}
        zh 请写 "any"、"fast"、"never" 或 {"ratio": 0.1}
        en a step is either a 'compensator' or 'finally'
        zh 一个步骤要么是“compensator”，要么是“finally”
        en '{key}' is a compensator or a 'finally' step: no edge leads to it or from it
        zh “{key}”是 compensator 或 finally 步骤：没有连线通向它或从它出发
        en no step names '{key}' in its 'compensate', so it would never run
        zh 没有步骤在“compensate”中写了“{key}”，它永远不会运行
        en what undoes a step or runs at any end is done by a task or a workflow
        zh 撤销步骤或收尾步骤要由任务或工作流来做
        en what undoes a step is not undone itself
        zh 用来撤销的步骤本身不会被撤销
        en '{target}' is no compensator: write "compensator": true there
        zh “{target}”不是 compensator：请在那里写 "compensator": true
        en '{target}' undoes another step already
        zh “{target}”已经用来撤销另一个步骤
        en '{step}' is no step that results can ask about, at column {column}
        zh 结果不能引用“{step}”这个步骤，第 {column} 列
        en {depth} workflows would run within one another; at most {depthLimit} may.
        zh 会有 {depth} 个工作流层层嵌套；最多 {depthLimit} 个。
        en at most {depthLimit} within one another
        zh 最多嵌套 {depthLimit} 层
        en The workflows would run one another for ever: {path}.
        zh 这些工作流会无休止地互相运行：{path}。
        en the workflows would run one another: {path}
        zh 这些工作流会互相运行：{path}
        en there is no workflow {id}
        zh 没有工作流 {id}
        en you may not run workflow {id} on all its groups
        zh 你无权在工作流 {id} 的所有分组上运行它
        en a decision has at least one case
        zh 判断至少有一个分支
        en a time of day is written 06:00
        zh 时刻的写法是 06:00
        en say how many 'seconds', 'until' which time of day, or which 'task_id' or 'message' it waits for
        zh 请写等待多少“seconds”、“until”哪个时刻，或等待哪个“task_id”或“message”
        en say either which 'task_id' it waits for, or on which topic a 'message'
        zh 请写等待哪个“task_id”，或哪个主题的“message”，二选一
        en say either how long it waits, or for what
        zh 请写明等待多久，或等待什么，二选一
        en No step of the run waits for a message on '{topic}' now.
        zh 这次运行现在没有步骤在等待主题为“{topic}”的消息。
        en a topic has 1 to {topicLimit} bytes
        zh 主题为 1 到 {topicLimit} 字节
        en a name is made of letters, digits and '_', and a value has no NUL character
        zh 名称只含字母、数字和“_”，值中不能有 NUL 字符
        en at most {countLimit} values and {fileLimit} bytes
        zh 最多 {countLimit} 个值，共 {fileLimit} 字节
        en The message is not taken
        zh 消息未被接受
        en say on which topic the message is
        zh 请写明消息的主题
        en an object is expected, not {kind}
        zh 应为对象，而不是{kind}
        en '{name}' is missing
        zh 缺少“{name}”
        en a text is expected, not {kind}
        zh 应为文本，而不是{kind}
        en there is a NUL character in it
        zh 其中有 NUL 字符
        en a whole number is expected, not {kind}
        zh 应为整数，而不是{kind}
        en {number} is outside {lowerBound} to {upperBound}
        zh {number} 不在 {lowerBound} 到 {upperBound} 之间
        en '{text}' is not offered yet; there are {known}
        zh 还不支持“{text}”；可用的有 {known}
        en a list is expected, not {kind}
        zh 应为列表，而不是{kind}
        en only texts are expected here
        zh 这里只能是文本
        en '{word}' is not offered yet; leave it out
        zh 还不支持“{word}”；请去掉
        en '{word}' does not belong to a step of this kind
        zh “{word}”不属于这种步骤
        en there is no field '{word}'
        zh 没有字段“{word}”
        en The run was skipped, so there is nothing to repeat. Run the workflow instead.
        zh 这次运行被跳过，没有什么可重做。请运行工作流。
        en The run has not ended. Wait for it, or cancel it, before you repeat it.
        zh 这次运行还没有结束。请等它结束或取消它，再重做。
        en The run has not begun: it waits until an earlier run has ended.
        zh 这次运行还没有开始：它在等先前的运行结束。
        en There is no version {number}. The newest {limit} are kept, and those of runs that are still there.
        zh 没有版本 {number}。只保留最新的 {limit} 个，以及仍有运行记录的版本。
        en say whether it is one_of, n_of or sharded
        zh 请写明是 one_of、n_of 还是 sharded
        en an output's name is made of letters, digits and '_'
        zh 输出的名称由字母、数字和“_”组成
        en Every step of the run succeeded. Say from which step to repeat it.
        zh 这次运行的每个步骤都成功了。请写明从哪个步骤重做。
        en Somebody else repeats this run at the same moment. Try again.
        zh 别人正在重做这次运行。请再试一次。
        en The step '{key}' asks nobody: it is of kind '{kind}'.
        zh 步骤“{key}”不需要回答：它的类型是“{kind}”。
        en The question of '{key}' is decided: {who} {what} it at {at}.
        zh “{key}”的审批已有结果：{who}于 {at} {what}。
        en The step '{key}' asks nothing now: it is {state}.
        zh 步骤“{key}”现在不需要回答：它的状态是{state}。
        en a task has at most {expressionLimit} of these
        zh 一个任务最多有 {expressionLimit} 个
        en '{field}' needs a cron_expr with times beside it, in its zone
        zh “{field}”需要同时有带时间的 cron_expr，并使用它的时区
        en '{canonical}' names no times; write fields, or a macro such as @daily
        zh “{canonical}”没有指定时间；请写各字段，或 @daily 这样的宏
        en all expressions of a task have one zone; name it in 'timezone'
        zh 一个任务的所有表达式使用同一个时区；请写在“timezone”中
        en '{canonical}' is there twice
        zh “{canonical}”写了两次
        en A workflow without faults has no definition.
        zh 工作流没有错误，却没有定义。
        en this schedule has no further instant
        zh 这个调度没有下一个时刻
        en a workflow with a schedule starts without anybody: give '{name}' a default
        zh 有调度的工作流无人启动：请给“{name}”一个默认值
        en The workflow cannot be saved
        zh 工作流不能保存
        en The schedule of '{name}' no longer compiles: {error}. Edit the workflow.
        zh “{name}”的调度无法再解析：{error}。请编辑工作流。
        en you may not run task {id} on all its groups
        zh 你无权在任务 {id} 的所有分组上运行它
        en say on which groups '{key}' runs
        zh 请写明“{key}”在哪些分组上运行
        en there is no such parameter
        zh 没有这个参数
        en this parameter has no default
        zh 这个参数没有默认值
        en a value has at most {count} bytes
        zh 值最多 {count} 字节
        en The workflow cannot be started
        zh 工作流不能启动
        en The question of '{key}' is for {users}.
        zh “{key}”的审批由 {users} 回答。
        en Whoever started the run does not answer the question of '{key}'. Ask somebody else.
        zh 启动运行的人不能回答“{key}”的审批。请找别人。
        en to go over a list is a kind of step, not a placement: give the step the kind 'map', with 'over' and 'do'
        zh 逐项处理列表是一种步骤，不是 placement：请把步骤的 kind 设为“map”，并写“over”和“do”
        en A comment has at most 2048 bytes.
        zh 备注最多 2048 字节。
        en at most 2048 bytes
        zh 最多 2048 字节
        en this is {kind}, not a boolean
        zh 这是{kind}，不是布尔值
        en say 'approve' or 'reject'
        zh 请写“approve”或“reject”
        """#
}
