// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Hummingbird

extension APICall {
    /// What `Accept-Language` names first; English where it names none of ours.
    ///
    /// Only for what is read by one person and compared by nobody: a page, a text to keep. JSON has both languages.
    var language: Language {
        self.request.headers[.acceptLanguage]?.lowercased().hasPrefix("zh") == true ? .chinese : .english
    }
}
