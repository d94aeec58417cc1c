// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Writes a message: a target's templates, or the built-in ones of the language, with values made harmless for the channel.
package enum MessageText {
    package struct Written: Hashable, Sendable {
        package let subject: String
        package let text: String
    }

    package static func write(
        _ target: NotifyTarget,
        _ variables: TemplateVariables,
        for kind: NotifyChannel.Kind?
    ) -> Written {
        let form = ChannelForm(kind)
        let language = variables.speech.language
        let standard = BuiltInTemplate.body(in: language)
        let subject = self.render(target.subjectTemplate, BuiltInTemplate.subject(in: language), variables, form)
        var text = self.render(target.bodyTemplate, standard, variables, form)
        // Room for the mark of what was cut.
        let limit = form.textLimit - 3
        if text.utf8.count > limit {
            var shorter = variables
            shorter.shortenLog(by: text.utf8.count - limit)
            text = self.render(target.bodyTemplate, standard, shorter, form)
        }
        return Written(
            subject: TemplateVariables.clean(subject).shortened(toBytes: 250),
            text: text.shortened(toBytes: limit)
        )
    }

    private static func render(
        _ template: String?,
        _ standard: String,
        _ variables: TemplateVariables,
        _ form: ChannelForm
    ) -> String {
        // A template was checked when it was saved; one of another version that fails now gets the built-in text.
        if let template, let parsed = try? Template(template) {
            return parsed.render(variables.values, escape: form.escape)
        }
        guard let parsed = try? Template(standard) else { return "" }
        let text = parsed.render(variables.values, escape: form.escape)
        return text.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: "\n")
    }
}

/// What a kind of channel does to texts.
package struct ChannelForm: Sendable {
    let textLimit: Int
    let escape: @Sendable (String) -> String
    /// Messages in a minute, as the receiver is known to take.
    package let limitPerMinute: Int

    package init(_ kind: NotifyChannel.Kind?) {
        switch kind {
        case .email, nil: (self.textLimit, self.limitPerMinute, self.escape) = (256 * 1024, 60, { $0 })
        case .webhook: (self.textLimit, self.limitPerMinute, self.escape) = (32 * 1024, 600, { $0 })
        case .dingtalk: (self.textLimit, self.limitPerMinute, self.escape) = (19_000, 18, Self.withoutMentions)
        case .wecom: (self.textLimit, self.limitPerMinute, self.escape) = (3900, 18, Self.withEntities)
        case .feishu: (self.textLimit, self.limitPerMinute, self.escape) = (19_000, 90, Self.withoutTags)
        case .slack: (self.textLimit, self.limitPerMinute, self.escape) = (2900, 60, Self.withEntities)
        case .teams: (self.textLimit, self.limitPerMinute, self.escape) = (12_000, 30, Self.withoutTags)
        case .telegram: (self.textLimit, self.limitPerMinute, self.escape) = (3800, 18, Self.withoutMentions)
        case .pagerduty: (self.textLimit, self.limitPerMinute, self.escape) = (32 * 1024, 120, { $0 })
        case .command: (self.textLimit, self.limitPerMinute, self.escape) = (32 * 1024, 60, { $0 })
        }
    }

    private static func withEntities(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `@name` in a text calls people; a blank of no width between them calls nobody.
    private static func withoutMentions(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            result.unicodeScalars.append(scalar)
            if scalar == "@" { result.unicodeScalars.append("\u{200b}") }
        }
        return result
    }

    /// `<at …>` calls people; the wide form of the bracket is only text.
    private static func withoutTags(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "<" ? "＜" : $0 }))
    }
}
