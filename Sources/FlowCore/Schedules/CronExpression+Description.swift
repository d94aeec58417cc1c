// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension CronExpression {
    /// The schedule in words, as people say it.
    package func describe(_ language: DescriptionLanguage) -> String {
        self.description
    }
}
