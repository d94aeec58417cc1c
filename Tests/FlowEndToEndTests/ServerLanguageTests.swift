// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import FlowTesting
import Foundation
import Testing

@testable import quicflow_server

@Suite("The server's program in both languages")
struct ServerLanguageTests {
    private static func all(
        _ command: any ParsableCommand.Type = QuicFlowServer.self
    ) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap { self.all($0) }
    }

    @Test("every sentence of every command's help has its Chinese")
    func help() {
        var missing: [String] = []
        for command in Self.all() {
            let text = QuicFlowServer.helpMessage(for: command, includeHidden: true, columns: HelpPage.endless)
            guard let page = HelpPage(text) else {
                Issue.record("\(command) has no help")
                continue
            }
            missing += page.sentences.filter { !Catalogue.help.knows(Wording(words: $0)) && !missing.contains($0) }
        }
        #expect(missing == [])
        #expect(CatalogueCheck.faults(Catalogue.help.entries) == [])
    }

    @Test("every sentence of the program has both texts, the same parts, and no English left")
    func catalogue() {
        #expect(CatalogueCheck.faults(Catalogue(ChineseServer.all).entries) == [])
    }

    @Test("a first start says in Chinese where it is, and how to sign in")
    func banner() {
        let texts = Banner.dev(url: "http://127.0.0.1:8475", password: "secret", passwordFile: nil).map {
            $0.text(in: .chinese)
        }
        #expect(texts.contains("  QuartzFlow 已就绪：   http://127.0.0.1:8475"))
        #expect(texts.contains("  密码                  secret"))
        let lines = Banner.dev(url: "u", password: nil, passwordFile: nil) + Banner.firstPassword("p")
        for line in lines where line.english.contains(where: \.isLetter) {
            #expect(Catalogue.server.knows(line), "\(line)")
        }
    }

    @Test("plain HTTP beyond loopback is warned of at the start (issue 6)")
    func openHTTP() {
        var configuration = ServerConfiguration(dataDirectory: "/nowhere")
        #expect(!configuration.isOpenHTTP)
        configuration.httpHost = "0.0.0.0"
        #expect(configuration.isOpenHTTP)
        let open = Banner.listening(url: "http://0.0.0.0:8475", agentsPort: 8474, isOpen: true)
        #expect(open.map { $0.text(in: .chinese) }.last?.hasPrefix("用户的连接没有加密") == true)
        #expect(Banner.listening(url: "http://127.0.0.1:8475", agentsPort: 8474, isOpen: false).count == 1)
        let alone = Banner.listening(url: "http://127.0.0.1:8475", agentsPort: nil, isOpen: false)
        #expect(alone.map { $0.text(in: .chinese) } == ["用户访问 http://127.0.0.1:8475。"])
        configuration.isBehindHTTPS = true
        #expect(!configuration.isOpenHTTP)
    }

    @Test("what is wrong in a configuration file is said in Chinese, every part of it")
    func configuration() throws {
        let path = NSTemporaryDirectory() + "server-\(UUID().uuidString).yaml"
        let yaml = "http:\n  listen: nowhere\n  behind-https: perhaps\nretention:\n  days: many\nnonsense: 1\n"
        try Data(yaml.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = try #require(throws: CoreError.self) {
            _ = try ServerConfiguration.read(file: path, environment: [:])
        }
        let text = error.text.text(in: .chinese)
        #expect(text.contains(".yaml:2：http.listen 是“nowhere”；请写 host:port，如 "))
        #expect(text.contains("请写 true 或 false。"))
        #expect(text.contains("没有设置“nonsense”"))
    }
}
