package demo

// letter is a short correspondence in one language: a friend writes, Ida
// answers, the friend closes.
type letter struct {
	// language by RFC 5646.
	name, language, friend, subject string
	first, answer, closing          string
}

const ida = "Ida Brandt <ida@example.org>"

// letters are all in UTF-8; those in the older character sets are files, see
// files.go.
func letters() []letter {
	return []letter{
		{"lunch", "en", "Tom Harker <tom@harker.example.com>", "Lunch on Thursday?",
			"Hi Ida,\n\nare you in town on Thursday? The little place by the canal has\nits terrace open again.\n\nTom",
			"Hi Tom,\n\nwith pleasure. Half past twelve?\n\nIda", "Perfect. I'll keep a table in the sun."},
		{"umzug", "de", "Jörg Weiß <joerg@example.net>", "Umzug: wer trägt das Klavier?",
			"Liebe Ida,\n\nam Samstag ist es so weit. Könntest du die Bücherkisten übernehmen?\nFür das Klavier kommen drei kräftige Leute.\n\nGrüße, Jörg",
			"Lieber Jörg,\n\ngerne. Ich bringe Kuchen und Handschuhe mit.\n\nIda", "Großartig, bis Samstag um neun!"},
		{"vacances", "fr", "Hélène Lefèvre <helene@example.com>", "Des nouvelles de la Bretagne",
			"Chère Ida,\n\nla maison est enfin prête : la fenêtre donne sur la mer et le\npêcher est déjà en fleurs. Quand viens-tu ?\n\nHélène",
			"Chère Hélène,\n\nj'arrive à la mi-août, si cela te convient.\n\nIda", "Bien sûr ! La clé est sous le pot bleu."},
		{"receta", "es", "Íñigo Muñoz <inigo@example.com>", "¿La receta de la abuela?",
			"Hola Ida:\n\n¿te acuerdas de la tortilla del año pasado? La abuela por fin me ha\ndado la receta: más cebolla, menos prisa.\n\nÍñigo",
			"¡Qué bien! La pruebo mañana.\n\nIda", "Cuéntame cómo ha quedado."},
		{"zdjecia", "pl", "Zofia Wójcik <zofia@example.net>", "Zdjęcia z gór",
			"Cześć Ido,\n\nprzesyłam kilka zdjęć z naszej wędrówki. Na ostatnim widać żubra!\n\nZofia",
			"Dziękuję! Najładniejsze jest to znad jeziora.\n\nIda", "Też tak myślę. Do zobaczenia w październiku."},
		{"kniha", "cs", "Jiří Dvořák <jiri@example.net>", "Půjčená kniha",
			"Ahoj Ido,\n\nnašel jsem tvou knihu. Byla celou dobu za gaučem. Pošlu ji příští týden.\n\nJiří",
			"To nespěchá. Díky, žes ji našel!\n\nIda", "Už je na cestě."},
		{"taxidi", "el", "Ελένη Παππά <eleni@example.com>", "Το ταξίδι στη Νάξο",
			"Αγαπητή Ίντα,\n\nτο πλοίο φεύγει στις οκτώ το πρωί. Θα σε περιμένω στο λιμάνι.\n\nΕλένη",
			"Τέλεια, θα είμαι εκεί.\n\nΊντα", "Μην ξεχάσεις το καπέλο σου!"},
		{"bahce", "tr", "Gökçe Yıldız <gokce@example.net>", "Bahçedeki incir ağacı",
			"Sevgili Ida,\n\nincir ağacı bu yıl çok meyve verdi. Sana bir kutu reçel ayırdım.\n\nGökçe",
			"Çok teşekkürler! Yakında uğrarım.\n\nIda", "Bekliyorum."},
		{"koncert", "uk", "Олена Шевченко <olena@example.com>", "Квитки на концерт",
			"Привіт, Ідо!\n\nЄ два квитки на концерт у п'ятницю. Підеш зі мною?\n\nОлена",
			"Залюбки! О котрій зустрічаємось?\n\nІда", "О пів на сьому біля входу."},
		{"safar", "ar", "ليلى حداد <layla@example.com>", "موعد السفر",
			"عزيزتي إيدا،\n\nسأصل يوم الأحد في الساعة العاشرة صباحًا (قطار 214).\nهل يمكنك أن تقابليني في المحطة؟\n\nليلى",
			"بكل سرور، سأكون هناك.\n\nإيدا", "شكرًا جزيلًا، إلى اللقاء!"},
		{"shabbat", "he", "נועה לוי <noa@example.net>", "ארוחת ערב ביום שישי",
			"אידה היקרה,\n\nנשמח לראות אותך ביום שישי בשעה 19:00. אין צורך להביא דבר.\n\nנועה",
			"תודה רבה, אגיע עם פרחים.\n\nאידה", "נתראה!"},
		{"chai", "hi", "प्रिया शर्मा <priya@example.com>", "चाय पर मिलें?",
			"प्रिय इडा,\n\nक्या तुम रविवार को चाय पर आ सकती हो? माँ ने मिठाई बनाई है।\n\nप्रिया",
			"ज़रूर, शाम पाँच बजे आती हूँ।\n\nइडा", "बहुत अच्छा!"},
		{"gimjang", "ko", "김민지 <minji@example.net>", "김장하는 날",
			"이다 씨, 안녕하세요.\n\n다음 주 토요일에 김장을 합니다. 같이 하실래요?\n\n민지",
			"네, 꼭 갈게요. 앞치마를 가져갈까요?\n\n이다", "네, 편한 옷도요! 😀"},
		{"cho-noi", "vi", "Nguyễn Thị Hạnh <hanh@example.com>", "Chợ nổi buổi sáng",
			"Chào Ida,\n\nchợ nổi đẹp nhất lúc sáu giờ sáng. Mình đã thuê thuyền rồi.\n\nHạnh",
			"Tuyệt quá, mình sẽ dậy sớm.\n\nIda", "Hẹn gặp bạn ở bến."},
	}
}
