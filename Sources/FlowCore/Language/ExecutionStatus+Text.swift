// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ExecutionStatus {
    /// The state in Chinese, as texts and messages say it; in English its ``name`` is said.
    package var chinese: String {
        switch self {
        case .pending: "等待中"
        case .running: "运行中"
        case .success: "成功"
        case .failure: "失败"
        case .timeout: "超时"
        case .cancelled: "已取消"
        case .skipped: "已跳过"
        }
    }
}
