package roles

import "lockstep/core"

// Names of each role, the usual ones first, then by language, with "|" between
// them. A name stands for one role only.
func Names() map[core.Role]string {
	return map[core.Role]string{
		core.RoleSent: "Sent|Sent Items|Sent Messages|Sent Mail|Sent-Mail|Outgoing|" +
			"Gesendet|Gesendete Elemente|Gesendete Objekte|Gesendete Nachrichten|Postausgang gesendet|" + // German
			"Envoyés|Éléments envoyés|Messages envoyés|Courrier envoyé|Objets envoyés|" + // French
			"Enviados|Elementos enviados|Mensajes enviados|Correo enviado|" + // Spanish
			"Inviati|Posta inviata|Inviata|Elementi inviati|Messaggi inviati|" + // Italian
			"Verzonden|Verzonden items|Verzonden berichten|" + // Dutch
			"Itens enviados|Mensagens enviadas|Enviadas|Enviado|E-mails enviados|" + // Portuguese
			"Wysłane|Elementy wysłane|Wysłane elementy|Wiadomości wysłane|" + // Polish
			"Skickat|Skickade|Skickade objekt|Skickade meddelanden|" + // Swedish
			"Sendt|Sendt post|Sendte elementer|Sendte meddelelser|Sendte e-mails|" + // Danish
			"Sendte|Sendte e-poster|Sendt e-post|" + // Norwegian
			"Lähetetyt|Lähetetyt viestit|" + // Finnish
			"Odeslané|Odeslaná pošta|Odeslané zprávy|" + // Czech
			"Отправленные|Отправленные письма|Исходящие|" + // Russian
			"送信済み|送信済みアイテム|送信済みメール|送信済みトレイ|" + // Japanese
			"已发送|已发送邮件|已傳送|寄件備份|寄件匣備份|已寄出|" + // Chinese
			"보낸 편지함|보낸편지함|보낸 메일함|" + // Korean
			"Gönderilmiş|Gönderilmiş Öğeler|Gönderilenler|" + // Turkish
			"Elküldött|Elküldött elemek|Надіслані|Trimise|Отправлено", // Hungarian, Ukrainian, Romanian
		core.RoleDrafts: "Drafts|Draft|" +
			"Entwürfe|Entwurf|Brouillons|Brouillon|Borradores|Borrador|Bozze|Concepten|Klad|Rascunhos|Rascunho|" +
			"Kopie robocze|Szkice|Wersje robocze|Utkast|Kladder|Kladde|Luonnokset|Koncepty|Rozepsané|Черновики|" +
			"下書き|草稿|草稿箱|草稿匣|草稿夹|임시보관함|임시 보관함|Taslaklar|Piszkozatok|Чернетки|Ciorne",
		core.RoleTrash: "Trash|Deleted Items|Deleted Messages|Deleted|Bin|Rubbish|" +
			"Papierkorb|Gelöscht|Gelöschte Elemente|Gelöschte Objekte|Corbeille|Éléments supprimés|Messages supprimés|" +
			"Papelera|Papelera de reciclaje|Elementos eliminados|Cestino|Posta eliminata|Elementi eliminati|" +
			"Prullenbak|Prullenmand|Verwijderde items|Lixo|Lixeira|Itens excluídos|Itens eliminados|" +
			"Kosz|Elementy usunięte|Papperskorgen|Papperskorg|Borttaget|Papirkurv|Slettet post|Slettede elementer|" +
			"Søppel|Søppelkasse|Roskakori|Poistetut|Koš|Odstraněná pošta|Корзина|Удаленные|Удалённые|" +
			"ゴミ箱|ごみ箱|削除済みアイテム|垃圾箱|废件箱|已删除|已删除邮件|垃圾桶|刪除的郵件|휴지통|Çöp|Çöp Kutusu|Kuka|Törölt elemek|Кошик|Coș",
		core.RoleJunk: "Junk|Spam|Junk E-mail|Junk Email|Junk Mail|Bulk Mail|Bulk|" +
			"Junk-E-Mail|Werbung|Unerwünscht|Spamverdacht|Indésirables|Courrier indésirable|Pourriel|" +
			"Correo no deseado|Correo basura|Posta indesiderata|Ongewenst|Ongewenste e-mail|Ongewenste reclame|" +
			"Lixo eletrônico|Correio não solicitado|Lixo eletrónico|Wiadomości-śmieci|Niechciane|Skräppost|" +
			"Uønsket|Uønsket mail|Uønsket e-mail|Søppelpost|Roskaposti|Nevyžádaná pošta|Nevyžádané|Спам|Нежелательная почта|" +
			"迷惑メール|垃圾邮件|垃圾郵件|스팸|스팸메일함|Önemsiz|Gereksiz|Levélszemét|Небажана пошта",
		core.RoleArchive: "Archive|Archives|" +
			"Archiv|Archivé|Archivo|Archivio|Archief|Arquivo|Arquivos|Arquivo morto|Archiwum|Arkiv|Arkisto|Archivované|Архив|" +
			"アーカイブ|归档|封存|存档|보관함|Arşiv|Archívum|Архів|Arhivă",
	}
}
