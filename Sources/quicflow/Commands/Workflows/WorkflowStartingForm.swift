// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a new workflow may begin as; the console offers the same.
enum WorkflowStartingForm: CaseIterable {
    /// One step.
    case empty
    /// A step prints items, each becomes an execution, and a last step gets what they handed on, whatever became of them (P10).
    case listMapCollect

    /// - Returns: YAML that can be created as it is.
    func text(named name: String, group: Int64, in language: Language) -> String {
        let isChinese = language == .chinese
        let pattern =
            switch self {
            case .empty: isChinese ? Self.emptyChinese : Self.emptyEnglish
            case .listMapCollect: isChinese ? Self.mapChinese : Self.mapEnglish
            }
        let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        // The name last: it may have the other word in it.
        return pattern.replacing("GROUP", with: String(group), maxReplacements: 1)
            .replacing("NAME", with: "\"\(escaped)\"", maxReplacements: 1) + "\n"
    }

    private static let emptyEnglish = #"""
        name: NAME
        group_ids: [GROUP]     # whose hosts run the steps
        # cron_expr: 0 2 * * *
        # timezone: UTC
        nodes:
          - {key: first, kind: script, script: 'echo "first"'}
        edges: []
        """#

    private static let emptyChinese = #"""
        name: NAME
        group_ids: [GROUP]     # 由这些分组的主机运行各步骤
        # cron_expr: 0 2 * * *
        # timezone: Asia/Shanghai
        nodes:
          - {key: first, kind: script, script: 'echo "first"'}
        edges: []
        """#

    private static let mapEnglish = #"""
        # list prints items, each becomes an execution, collect gets what they handed on.
        name: NAME
        group_ids: [GROUP]             # whose hosts run the steps
        cron_expr: 0 2 * * *           # without this line and the next it is begun by hand
        timezone: UTC
        timeout_seconds: 14400
        on_failure: continue           # so that collect runs whatever became of the others
        nodes:
          - key: list                  # an item a line, on one host
            kind: script
            placement: {kind: one_of}
            script: |
              {
                echo 'items<<END'
                printf '%s\n' alpha beta gamma
                echo END
              } >> "$QF_OUTPUT"
          - key: each                  # the item is in $QF_ITEM; what is written to $QF_OUTPUT is handed on
            kind: map
            over: "{{steps.list.outputs.items}}"
            max_parallel: 8
            fail: {ratio: 0.1}         # failed when more than a tenth of the items did
            do:
              kind: script
              script: |
                echo "working on $QF_ITEM"
                echo "result=done: $QF_ITEM" >> "$QF_OUTPUT"
          - key: collect               # one result for each item, in order; null of an item that has none
            kind: script
            placement: {kind: one_of}
            parameters:
              state: "{{steps.each.state}}"
              results: "{{default(steps.each.outputs.result, [])}}"
            script: |
              echo "$QF_PARAM_STATE: $QF_PARAM_RESULTS"
        edges:
          - {from: list, to: each}
          - {from: each, to: collect, on: always}   # without 'on' only when each has succeeded
        """#

    private static let mapChinese = #"""
        # list 输出各项，每一项成为一次执行，collect 得到它们交出的结果。
        name: NAME
        group_ids: [GROUP]             # 由这些分组的主机运行各步骤
        cron_expr: 0 2 * * *           # 去掉这一行和下一行则由人手动开始
        timezone: Asia/Shanghai
        timeout_seconds: 14400
        on_failure: continue           # 无论其他步骤如何结束，collect 都会运行
        nodes:
          - key: list                  # 每行一项，在一台主机上运行
            kind: script
            placement: {kind: one_of}
            script: |
              {
                echo 'items<<END'
                printf '%s\n' alpha beta gamma
                echo END
              } >> "$QF_OUTPUT"
          - key: each                  # 本项在 $QF_ITEM 中；写入 $QF_OUTPUT 的内容会交出
            kind: map
            over: "{{steps.list.outputs.items}}"
            max_parallel: 8
            fail: {ratio: 0.1}         # 超过十分之一的项失败时，此步骤失败
            do:
              kind: script
              script: |
                echo "working on $QF_ITEM"
                echo "result=done: $QF_ITEM" >> "$QF_OUTPUT"
          - key: collect               # 按顺序每项一个结果；没有结果的为 null
            kind: script
            placement: {kind: one_of}
            parameters:
              state: "{{steps.each.state}}"
              results: "{{default(steps.each.outputs.result, [])}}"
            script: |
              echo "$QF_PARAM_STATE: $QF_PARAM_RESULTS"
        edges:
          - {from: list, to: each}
          - {from: each, to: collect, on: always}   # 不写 on 时，只在 each 成功后运行
        """#
}
