// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The texts of a message whose target brings none, whole in each language.
enum BuiltInTemplate {
    static func subject(in language: Language) -> String {
        switch language {
        case .english: self.englishSubject
        case .chinese: self.chineseSubject
        }
    }

    static func body(in language: Language) -> String {
        switch language {
        case .english: self.englishBody
        case .chinese: self.chineseBody
        }
    }

    private static let englishSubject = """
        {{#recovered}}Recovered: {{/recovered}}{{#escalation}}Escalation {{escalation}}: {{/escalation}}{{#task_name}}{{task_name}}{{/task_name}}\
        {{^task_name}}{{trigger_text}}{{/task_name}}{{#execution_status}} {{execution_status_text}}{{/execution_status}}\
        {{#many_hosts}} on {{hosts_count}} hosts{{/many_hosts}}\
        {{^many_hosts}}{{#host}} on {{host}}{{/host}}{{/many_hosts}}\
        {{#request}}{{#task_name}}: {{trigger_text}}{{/task_name}}{{/request}}\
        {{#detail}}{{#task_name}}: {{trigger_text}}{{/task_name}}{{/detail}}
        """

    private static let chineseSubject = """
        {{#recovered}}已恢复：{{/recovered}}{{#escalation}}第 {{escalation}} 级升级：{{/escalation}}{{#task_name}}{{task_name}}{{/task_name}}\
        {{^task_name}}{{trigger_text}}{{/task_name}}{{#execution_status}} {{execution_status_text}}{{/execution_status}}\
        {{#many_hosts}}（{{hosts_count}} 台主机）{{/many_hosts}}\
        {{^many_hosts}}{{#host}}（{{host}}）{{/host}}{{/many_hosts}}\
        {{#request}}{{#task_name}}：{{trigger_text}}{{/task_name}}{{/request}}\
        {{#detail}}{{#task_name}}：{{trigger_text}}{{/task_name}}{{/detail}}
        """

    private static let englishBody = """
        {{#recovered}}It works again.{{/recovered}}{{^recovered}}{{trigger_text}}: {{count}} since {{since}}{{/recovered}}
        {{#escalation}}Nobody has acknowledged it.{{/escalation}}
        {{#silenced_count}}Of these during a silence: {{silenced_count}}{{/silenced_count}}
        {{#task_id}}Task: {{task_name}} ({{task_id}}){{/task_id}}
        {{^task_id}}{{#task_name}}Workflow: {{task_name}}{{/task_name}}{{/task_id}}
        {{#hosts}}Hosts: {{hosts}}{{/hosts}}
        {{#request}}{{request}}{{/request}}
        {{#detail}}{{detail}}{{/detail}}
        {{#execution_status}}Status: {{execution_status_text}}{{#exit_code}}, exit code {{exit_code}}{{/exit_code}}\
        {{#reason}} ({{reason}}){{/reason}}{{/execution_status}}
        {{#execution_end_time}}Ended: {{execution_end_time}}{{#execution_duration}} after {{execution_duration}}\
        {{/execution_duration}}{{/execution_end_time}}
        {{#same_failure}}{{same_failure}}{{/same_failure}}
        {{#seen_before}}Such a failure was first seen: {{seen_before}}{{/seen_before}}
        {{#threshold_count}}In a row: {{threshold_count}}{{/threshold_count}}
        {{#url}}{{url}}{{/url}}
        {{#execution_log_tail}}---
        {{execution_log_tail}}{{/execution_log_tail}}
        """

    private static let chineseBody = """
        {{#recovered}}已恢复正常。{{/recovered}}{{^recovered}}{{trigger_text}}：自 {{since}} 起 {{count}} 次{{/recovered}}
        {{#escalation}}还没有人确认。{{/escalation}}
        {{#silenced_count}}其中静默期间：{{silenced_count}} 次{{/silenced_count}}
        {{#task_id}}任务：{{task_name}}（{{task_id}}）{{/task_id}}
        {{^task_id}}{{#task_name}}工作流：{{task_name}}{{/task_name}}{{/task_id}}
        {{#hosts}}主机：{{hosts}}{{/hosts}}
        {{#request}}{{request}}{{/request}}
        {{#detail}}{{detail}}{{/detail}}
        {{#execution_status}}状态：{{execution_status_text}}{{#exit_code}}，退出码 {{exit_code}}{{/exit_code}}\
        {{#reason}}（{{reason}}）{{/reason}}{{/execution_status}}
        {{#execution_end_time}}结束：{{execution_end_time}}{{#execution_duration}}，用时 {{execution_duration}}\
        {{/execution_duration}}{{/execution_end_time}}
        {{#same_failure}}{{same_failure}}{{/same_failure}}
        {{#seen_before}}这种失败首次出现：{{seen_before}}{{/seen_before}}
        {{#threshold_count}}连续次数：{{threshold_count}}{{/threshold_count}}
        {{#url}}{{url}}{{/url}}
        {{#execution_log_tail}}---
        {{execution_log_tail}}{{/execution_log_tail}}
        """
}
