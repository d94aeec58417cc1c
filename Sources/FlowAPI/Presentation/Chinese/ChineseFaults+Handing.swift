// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of what is handed to a run: parameters, secret ones too, and outputs.
    static let handing = #"""
        en the value of the parameter '{name}' was not given to this host
        zh 参数“{name}”的值没有发给这台主机
        en write JSON pointers such as '/data/id' by the outputs' names; 'status' is there already
        zh 按输出的名称写 JSON 指针，例如 '/data/id'；'status' 已经有了
        en choices are shown to everybody, so a secret parameter has none
        zh 可选值人人可见，所以机密参数不能有可选值
        en a default is shown with the task: name a stored secret instead, as 'secret:NAME'
        zh 默认值会随任务显示：请改为引用已保存的机密，写作 'secret:NAME'
        en a parent hands on at most {limit} parameters
        zh 一个上游任务最多传递 {limit} 个参数
        en a parameter's name is made of at most 64 letters, digits and '_', and is not MISSING_PARENTS
        zh 参数名由字母、数字和“_”组成，最多 64 个字符，且不能是 MISSING_PARENTS
        en an output's name is made of at most 64 letters, digits and '_'
        zh 输出名由字母、数字和“_”组成，最多 64 个字符
        en two parents hand on this parameter, and one of them would win by chance
        zh 两个上游任务都传递这个参数，哪个生效将全凭偶然
        en a secret parameter takes no output of a parent
        zh 机密参数不接受上游任务的输出
        en the task takes no parameter '{name}'
        zh 任务没有参数“{name}”
        en '{{{name}}}' is secret, and addresses are logged on the way; put it into a header or the body
        zh “{{{name}}}”是机密，而地址会在途中被记录；请放到请求头或请求体里
        en at most {limit} places of an answer
        zh 响应中最多 {limit} 处
        en fewer than {limit} outputs
        zh 输出要少于 {limit} 个
        en an output's name is made of at most 64 letters, digits and '_' and does not start with a digit
        zh 输出名由字母、数字和“_”组成，最多 64 个字符，且不以数字开头
        en '{name}' is the answer's status already
        zh “{name}”已经是响应的状态
        en '{pointer}' is no JSON pointer such as '/data/id'
        zh “{pointer}”不是 JSON 指针，例如 '/data/id'
        en a text that begins with 'qfs1.' and has four parts is how the server keeps what is secret
        zh 以 'qfs1.' 开头、分为四段的文本是服务器保存机密的形式
        en The parameter '{name}' of that run is secret, and the task does not declare it so any more. Start the task anew.
        zh 那次运行的参数“{name}”是机密，而任务已不再这样声明它。请重新启动任务。
        en secret_unavailable: the parameter '{name}' cannot be opened with the server's keys; start the task anew
        zh secret_unavailable：服务器的密钥打不开参数“{name}”；请重新启动任务
        en '{name}' is secret, and a workflow's values are readable; give the task a default such as 'secret:NAME'
        zh “{name}”是机密，而工作流的值是可读的；请给任务设置默认值，例如 'secret:NAME'
        en a secret has at least {shortest} bytes; a shorter one could not be masked in output
        zh 机密至少要有 {shortest} 字节；更短的无法在输出中遮盖
        """#
}
