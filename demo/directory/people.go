package directory

import "fmt"

// domain of all addresses: the Lantern Theatre.
const domain = "lantern.example"

// person is one entry of the directory. The names of a person's attributes are
// those of the LDIF.
type person struct {
	uid, given, family string
	aliases, forwards  []string
	// quota as it is written; "" = none. A number alone is bytes.
	quota string
	// bytes that quota means; 0 = none, or a mistake.
	bytes int64
	// wrong are the aliases that cannot be made.
	wrong []string
	// serial of the entry, which tells it from all others for ever.
	serial int
}

// mail is the address of a person, which is the account on the server.
func (p person) mail() string { return p.uid + "@" + domain }

func (p person) name() string { return p.given + " " + p.family }

// id is the entryUUID.
func (p person) id() string {
	return fmt.Sprintf("6c1f%04x-3b7e-4d52-9a40-8e25d0b7%04x", p.serial*0x1d3&0xffff, p.serial)
}

const gib = 1 << 30

// People that the story tells more about.
const (
	marries  = "chiara.lombardi"
	grows    = "emre.yildiz"
	leaves   = "quentin.lefevre"
	promoted = "amara.okonkwo"
	tampered = "joao.figueiredo"
	typo     = "tamar.beridze"
	wordy    = "priya.raghunathan"
)

// people are those of the Lantern Theatre, in the order of their entries.
func people() []person {
	all := []person{
		{uid: promoted, given: "Amara", family: "Okonkwo", aliases: at("director"), quota: "20 GiB", bytes: 20 * gib},
		{uid: "bjorn.stahlberg", given: "Björn", family: "Ståhlberg", aliases: at("lights"), quota: "2147483648", bytes: 2 * gib},
		{uid: marries, given: "Chiara", family: "Lombardi", aliases: at("costumes"), quota: "2147483648", bytes: 2 * gib},
		{uid: "ha.dang", given: "Thu Hà", family: "Đặng", aliases: at("box-office", "tickets"), quota: "5 GiB", bytes: 5 * gib},
		{uid: grows, given: "Emre", family: "Yıldız", aliases: at("posters"), quota: "2147483648", bytes: 2 * gib},
		{uid: "fatoumata.diallo", given: "Fatoumata", family: "Diallo", quota: "2147483648", bytes: 2 * gib},
		{uid: "grzegorz.wojcik", given: "Grzegorz", family: "Wójcik", aliases: at("stage"), quota: "2147483648", bytes: 2 * gib},
		{uid: "hinemoa.ngata", given: "Hinemoa", family: "Ngata", quota: "2147483648", bytes: 2 * gib},
		{uid: "ilse.vandermeer", given: "Ilse", family: "van der Meer", aliases: at("accounts"), quota: "5 GiB", bytes: 5 * gib},
		{uid: tampered, given: "João", family: "Figueiredo", quota: "2147483648", bytes: 2 * gib},
		{uid: "katarina.horvathova", given: "Katarína", family: "Horváthová", aliases: at("props"), quota: "2147483648", bytes: 2 * gib},
		{uid: "lubna.haddad", given: "Lubna", family: "Haddad", forwards: []string{"lubna@haddad.example"}},
		{uid: "mateo.quispe", given: "Mateo", family: "Quispe", quota: "2147483648", bytes: 2 * gib},
		{uid: "nanami.fujimoto", given: "七海", family: "藤本", aliases: at("sound"), quota: "2147483648", bytes: 2 * gib},
		{uid: "orla.nibhriain", given: "Órla", family: "Ní Bhriain", aliases: at("press"), quota: "-1", bytes: -1},
		{uid: wordy, given: "Priya", family: "Raghunathan", quota: "plenty"},
		{uid: leaves, given: "Quentin", family: "Lefèvre", aliases: at("archive"), quota: "2147483648", bytes: 2 * gib},
		{uid: "ruta.kazlauskaite", given: "Rūta", family: "Kazlauskaitė", forwards: []string{"soren.mikkelsen@" + domain}, quota: "2147483648", bytes: 2 * gib},
		{uid: "soren.mikkelsen", given: "Søren", family: "Mikkelsen", quota: "2147483648", bytes: 2 * gib},
		{uid: typo, given: "თამარ", family: "ბერიძე", aliases: at("office"), wrong: []string{"office@lantern.exmaple"}, quota: "2147483648", bytes: 2 * gib},
	}
	for i := range all {
		all[i].serial = i + 1
	}
	return all
}

// joins is who comes later.
func joins() person {
	return person{uid: "uma.sigurdardottir", given: "Uma", family: "Sigurðardóttir", aliases: at("workshop"), quota: "2147483648", bytes: 2 * gib, serial: 21}
}

// at makes addresses of the theatre.
func at(names ...string) (out []string) {
	for _, n := range names {
		out = append(out, n+"@"+domain)
	}
	return out
}
