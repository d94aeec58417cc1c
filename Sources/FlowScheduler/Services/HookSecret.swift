// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Fresh secrets of webhooks, in the form that each format's senders expect.
enum HookSecret {
    static func fresh(for format: HookFormat) -> String {
        var random = SystemRandomNumberGenerator()
        switch format {
        case .standard:
            let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            return "whsec_" + Data(bytes).base64EncodedString()
        case .github, .stripe, .token, .message, .hostJoined, .file:
            // As an API token, so that scanners of source code find a lost one.
            return APITokenFormat.generate(mark: "qfw_", using: &random)
        }
    }
}
