// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowScheduler

/// The pages between a provider and the console; without scripts and styles, which the policy forbids here.
enum SignOnPage {
    /// - Parameter path: a path of the console.
    static func goingOn(to path: String) -> String {
        let path = self.escaped(path)
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>QuartzFlow</title>
            <meta http-equiv="refresh" content="0;url=\(path)"></head>
            <body><p><a href="\(path)">QuartzFlow</a></p></body></html>
            """
    }

    /// What the person carries to the program that began the sign-in: who is signed in, where, and what gets the session.
    ///
    /// - Parameters:
    ///   - username: of the account here.
    ///   - title: the provider's.
    static func handover(
        _ handover: OIDCService.Handover,
        of username: String,
        at title: String,
        isChinese: Bool
    ) -> String {
        let who = "<strong>\(self.escaped(username))</strong>"
        let mark = "<code>\(self.escaped(handover.mark))</code>"
        let minutes = handover.lifetime / 60
        let words =
            isChinese
            ? "你已通过“\(self.escaped(title))”登录为 \(who)。登录会话不属于此浏览器，而是交给终端中显示 \(mark) 的 quicflow 命令；"
                + "它将以你的身份、用你的全部权限操作。请把下面的代码复制过去，\(minutes) 分钟内有效，只能使用一次："
            : "You are signed in at '\(self.escaped(title))' as \(who). This browser gets no session: the quicflow command in the "
                + "terminal that shows \(mark) does, and acts as you with all your rights. Copy this code there, within "
                + "\(minutes) minutes; it is good once:"
        let warning =
            isChinese
            ? "不要把它交给任何人。如果你自己的终端中没有显示 \(mark)，说明登录是别人开始的：请关闭此页。"
            : "Give it to nobody. If no terminal of your own shows \(mark), somebody else has begun this: close the page."
        return """
            <!doctype html>
            <html lang="\(isChinese ? "zh-CN" : "en")"><head><meta charset="utf-8"><title>QuartzFlow</title></head>
            <body><h1>QuartzFlow</h1><p>\(words)</p><p><textarea rows="8" cols="72" readonly>\(self.escaped(handover.code))</textarea></p>
            <p><strong>\(warning)</strong></p></body></html>
            """
    }

    static func refusal(_ kind: OIDCFault.Kind, _ title: String, isChinese: Bool, id: String) -> String {
        let words = self.escaped(self.words(kind, title, isChinese: isChinese))
        let again = isChinese ? "返回登录页" : "Back to signing in"
        let log = isChinese ? "服务器日志中有详情，请求编号：" : "The server's log says more under request"
        return """
            <!doctype html>
            <html lang="\(isChinese ? "zh-CN" : "en")"><head><meta charset="utf-8"><title>QuartzFlow</title></head>
            <body><h1>QuartzFlow</h1><p>\(words)</p><p>\(log) <code>\(self.escaped(id))</code></p>
            <p><a href="/login">\(again)</a></p></body></html>
            """
    }

    static func words(_ kind: OIDCFault.Kind, _ title: String, isChinese: Bool) -> String {
        switch kind {
        case .expired:
            isChinese
                ? "本次登录已过期，或不是在此浏览器中开始的。请重新登录。"
                : "This sign-in took too long, or was not begun in this browser. Begin again."
        case .refused:
            isChinese ? "“\(title)”拒绝了登录。" : "'\(title)' refused to sign you in."
        case .untrusted:
            isChinese
                ? "无法信任“\(title)”返回的内容，登录已中止。请联系管理员。"
                : "What '\(title)' sent could not be trusted, so nobody was signed in. Tell an administrator."
        case .unreachable:
            isChinese
                ? "“\(title)”没有响应。可以使用密码登录，或稍后重试。"
                : "'\(title)' does not answer. Sign in with a password, or try again later."
        case .noRole:
            isChinese
                ? "你已在“\(title)”登录，但所在的用户组在此没有角色。请联系管理员。"
                : "You are signed in at '\(title)', but none of your groups has a role here. Ask an administrator."
        case .locked:
            isChinese ? "你在此的账号已停用。请联系管理员。" : "Your account here is disabled. Ask an administrator."
        case .unavailable:
            isChinese
                ? "服务器缺少主密钥，暂时无法使用此方式登录。请使用密码登录。"
                : "The server lacks its master key, so this way in is closed. Sign in with a password."
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
