// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseWords {
    /// Of what is done to many at once, and of hosts in maintenance.
    static let bulk = #"""
        en takes new work
        zh 可接受新的运行
        en in maintenance until {time}
        zh 维护中，至 {time}
        en executions
        zh 执行
        en Enable
        zh 启用
        en Disable
        zh 停用
        en Pause until {time}
        zh 暂停至 {time}
        en Delete
        zh 删除
        en Label
        zh 设置标签
        en Bind anew
        zh 调整分组
        en Kill
        zh 强制终止
        en Stop
        zh 停止
        en Run again
        zh 重新运行
        """#
}
