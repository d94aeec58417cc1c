// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAPI
import FlowCore
import Foundation

extension ServerConfiguration {
    /// Reads what a proxy in front says of people.
    ///
    /// - `sign-on.proxy.addresses` (addresses or networks): whose word counts; nothing of this without it
    /// - `sign-on.proxy.user-header` (string, `Remote-User`), `sign-on.proxy.groups-header` (string, `Remote-Groups`)
    /// - `sign-on.proxy.groups-separator` (one character, `,`)
    /// - `sign-on.proxy.admin-group` (string), `sign-on.proxy.group-map` (strings `group=role` or `group=role@group of ours`)
    /// - `sign-on.proxy.require-admin` (bool, false)
    /// - `sign-on.proxy.secret-header`, `sign-on.proxy.secret-file` (strings, both or none)
    /// - `sign-on.proxy.logout-url` (string)
    static func proxy(_ reader: SettingReader) -> TrustedHeaders? {
        let proxies = reader.values(
            forKey: "sign-on.proxy.addresses",
            possible: "addresses or networks, such as 192.0.2.7 or 10.0.0.0/8",
            parse: { AddressRange($0) }
        )
        var headers = TrustedHeaders(proxies: proxies)
        headers.userHeader = self.header(reader, "sign-on.proxy.user-header") ?? headers.userHeader
        headers.groupsHeader = self.header(reader, "sign-on.proxy.groups-header") ?? headers.groupsHeader
        headers.separator =
            reader.value(forKey: "sign-on.proxy.groups-separator", possible: "one character, such as '|'") { text in
                text.utf8.count == 1 && text != "\t" ? text.first : nil
            } ?? headers.separator
        headers.map = self.groupMap(reader, "sign-on.proxy")
        headers.requiresAdministrator = reader.bool(forKey: "sign-on.proxy.require-admin", default: false)
        headers.logoutURL = self.link(reader, "sign-on.proxy.logout-url")
        let secretHeader = self.header(reader, "sign-on.proxy.secret-header")
        let secretFile = reader.string(forKey: "sign-on.proxy.secret-file")
        switch (secretHeader, secretFile) {
        case (nil, nil): break
        case (let name?, let file?):
            if let secret = self.secret(reader, "sign-on.proxy.secret-file", file) { headers.secret = (name, secret) }
        default:
            reader.fault(
                "sign-on.proxy.secret-\(secretHeader == nil ? "header" : "file")",
                "is missing; a secret needs both a header and a file."
            )
        }
        let isSet = reader.hasAny("sign-on.proxy.")
        guard isSet else { return nil }
        guard !proxies.isEmpty else {
            reader.fault(
                "sign-on.proxy.addresses",
                "is missing; without it anybody could say by a header who they are. Name the proxy's address."
            )
            return nil
        }
        self.requireMap(reader, "sign-on.proxy")
        if headers.names.count < (headers.secret == nil ? 2 : 3) {
            reader.fault("sign-on.proxy.groups-header", "has to be another header than the other ones.")
        }
        return headers
    }

    /// `admin-group` and `group-map` under a prefix.
    static func groupMap(_ reader: SettingReader, _ prefix: String) -> GroupMap {
        var entries = reader.values(
            forKey: prefix + ".group-map",
            possible: "entries 'group=role' or 'group=role@group of ours', such as ops=operator",
            parse: { GroupMap.Entry($0) }
        )
        if let group = reader.string(forKey: prefix + ".admin-group") {
            entries.insert(.init(group: group, wish: RoleWish(role: Role.admin.rawValue)), at: 0)
        }
        return GroupMap(entries)
    }

    /// Notes a fault where neither of the two is said.
    static func requireMap(_ reader: SettingReader, _ prefix: String) {
        guard reader.source(of: prefix + ".group-map") == nil, reader.source(of: prefix + ".admin-group") == nil else {
            return
        }
        reader.fault(
            prefix + ".group-map",
            "is missing, and so is admin-group; nobody would have a role. Write, for example, [ops=operator]."
        )
    }

    /// The text of a file that holds a secret, without the line break at its end.
    static func secret(_ reader: SettingReader, _ key: String, _ file: String) -> String? {
        guard let data = FileManager.default.contents(atPath: file), data.count <= 4096,
            let text = String(validating: data, as: UTF8.self)?.trimmingCharacters(in: .newlines),
            text.utf8.count >= 8, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f })
        else {
            reader.fault(key, "is '\(file)', which is no readable file with one line of 8 to 4096 characters.")
            return nil
        }
        return text
    }

    static func link(_ reader: SettingReader, _ key: String) -> String? {
        reader.value(forKey: key, possible: "an address that begins with https:// or http://") { text in
            let isLink = text.hasPrefix("https://") || text.hasPrefix("http://")
            return isLink && text.utf8.count <= 2048 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } ? text : nil
        }
    }

    private static func header(_ reader: SettingReader, _ key: String) -> String? {
        reader.value(forKey: key, possible: "a header's name of letters, digits and '-', such as Remote-User") {
            let isName =
                (1...128).contains($0.utf8.count)
                && $0.utf8.allSatisfy { $0 == 0x2d || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) }
            return isName && !TrustedHeaders.isTaken($0) ? $0 : nil
        }
    }
}
