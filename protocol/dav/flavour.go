package dav

import "encoding/xml"

// Namespaces of the properties that are asked for.
const (
	davNS     = "DAV:"
	carddavNS = "urn:ietf:params:xml:ns:carddav"
	caldavNS  = "urn:ietf:params:xml:ns:caldav"
	csNS      = "http://calendarserver.org/ns/"
	appleNS   = "http://apple.com/ns/ical/"
	infNS     = "http://inf-it.com/ns/ab/"
)

// Flavour is what differs between address books and calendars.
type Flavour struct {
	// Name for people, "CardDAV".
	Name string
	// Collection is what a collection is called, for people.
	Collection string
	// Namespace of the flavour's own elements.
	Namespace string
	// ResourceType of its collections, within Namespace.
	ResourceType string
	// HomeSet is the property of a principal that names the homes.
	HomeSet string
	// Multiget is the report that reads many bodies.
	Multiget string
	// Data is the property that is the body; SupportedData the one that says
	// which sorts are taken.
	Data, SupportedData string
	// ContentType of a body, and Extension of its name.
	ContentType, Extension string
	// Description is the property that describes a collection; Color (with its
	// namespace) its colour.
	Description string
	Color       xml.Name
	// WellKnown path, and Service of a SRV record (RFC 6764).
	WellKnown, Service string
	// Make is the method that makes a collection, with a body of its own; "" = the
	// extended MKCOL (RFC 5689).
	Make string
	// Component that a new collection holds; "" = collections have none.
	Component string
	// Schedules: items may be invitations (RFC 6638).
	Schedules bool
}

// CardDAV is the flavour of address books (RFC 6352).
func CardDAV() Flavour {
	return Flavour{
		Name: "CardDAV", Collection: "address book", Namespace: carddavNS, ResourceType: "addressbook",
		HomeSet: "addressbook-home-set", Multiget: "addressbook-multiget",
		Data: "address-data", SupportedData: "supported-address-data",
		ContentType: "text/vcard; charset=utf-8", Extension: ".vcf",
		Description: "addressbook-description", Color: xml.Name{Space: infNS, Local: "addressbook-color"},
		WellKnown: "/.well-known/carddav", Service: "carddavs",
	}
}

// CalDAV is the flavour of calendars (RFC 4791).
func CalDAV() Flavour {
	return Flavour{
		Name: "CalDAV", Collection: "calendar", Namespace: caldavNS, ResourceType: "calendar",
		HomeSet: "calendar-home-set", Multiget: "calendar-multiget",
		Data: "calendar-data", SupportedData: "supported-calendar-data",
		ContentType: "text/calendar; charset=utf-8", Extension: ".ics",
		Description: "calendar-description", Color: xml.Name{Space: appleNS, Local: "calendar-color"},
		WellKnown: "/.well-known/caldav", Service: "caldavs", Make: "MKCALENDAR", Component: "VEVENT", Schedules: true,
	}
}

func (f Flavour) name(local string) xml.Name { return xml.Name{Space: f.Namespace, Local: local} }

func dav(local string) xml.Name { return xml.Name{Space: davNS, Local: local} }
