// Real descriptors, labelled by hand before the rules were tried on them. The first 85 were drawn by row (so, by frequency), the others
// from the distinct ones. A person who sees a name that was cut can't always finish it: then the cut name is right too.

export interface HandChecked {
  readonly descriptor: string;
  /** How many of the 131,670 rows have it. */
  readonly rows: number;
  /** The imported category text that most of them have. */
  readonly imported: string;
  /** Any of these is right; empty where it names nobody. Compared without case, blanks and signs. */
  readonly names: readonly string[];
  /** Any of these is right. */
  readonly categories: readonly string[];
}

const ALTERNATIVES = '/';

/** descriptor (with `_` for `/`) | rows | imported text | names | categories */
const TABLE = `
travelodge website|4087|Other Third Parties|Travelodge|holidays
sportsdirect 188|24|Mat'l Raw/Drct|Sports Direct|shopping
paypal asa|2|Mat'l Raw/Drct|ASA|general
civil justice cent|848|Legal Fee Other|HM Courts & Tribunals/Civil Justice Centre|bills
mcdonalds|605|Purchases Food|McDonald's|eating_out
amazon uk marketplace|9592|Equip Operational|Amazon|shopping
sainsburys s_mkt|679|Purchases Food|Sainsbury's|groceries
gourmet burger kit|3|Conference Fees Subs UK|GBK/Gourmet Burger Kitchen|eating_out
tesco direct|178|Equip Operational|Tesco Direct|shopping
js online grocery|937|Purchases Food|Sainsbury's|groceries
moto trowell n_e bk|3|Conference Fees Subs UK|Moto/Burger King|eating_out
poundland ltd 1234|37|Equip Operational|Poundland|shopping
amazon svcs europesar|2214|Books|Amazon|shopping
royal mail|69|Postage|Royal Mail|general/shopping
leaway s_stn|353|Vehicle Fuel|Leaway Service Station/Leaway|transport
wm morrisons|169|Purchases Food|Morrisons|groceries
bristol street ser|285|Vehicle Fuel|Bristol Street Service Station/Bristol Street Services|transport
texaco ash motor|705|Vehicle Fuel|Texaco|transport
one stop 0448|48|Purchases Food|One Stop|groceries
poundland|89|Equip Operational|Poundland|shopping
dominos pizza|39|Hospitality|Domino's|eating_out
hilton|207|Conference Fees Subs UK|Hilton|holidays
tesco store 3188|268|Purchases Food|Tesco|groceries
london midland tic|218|Travel Bus/Rail|London Midland|transport
poundland ltd 1088|93|Equip Operational|Poundland|shopping
aquaid franchising ltd|3|Equip Operational|AquAid/AquAid Franchising|general/shopping
www.trophiesplusmedal|7|Equip Operational|Trophies Plus Medals/Trophiesplusmedal|shopping
selco trade centres|262|Bldg RM Departmental|Selco|shopping
www.misco.co.uk|43|Computing Other|Misco|shopping
amazon eu|2299|Mat'l Raw/Drct|Amazon|shopping
carpet time ltd|3|Equip Operational|Carpet Time|shopping
amazon uk retail|4734|Mat'l Raw/Drct|Amazon|shopping
cartel communications|3|Equip Maintenance|Cartel Communications|bills/general
q park birmi|136|Vehicle OthrunCosts|Q-Park|transport
trainline|244|Travel Bus/Rail|Trainline|transport
berties direct limited|5|Equip Operational|Berties Direct|shopping
hm|19|Personal Needs|H&M|shopping
dvla vehicle tax|92|Vehicle Excise Lics|DVLA|transport/bills
wp-continental spo|2|Equip Operational|Continental Sports/Continental Spo|shopping
tvlicensing.co.uk|294|Prof Fees other|TV Licensing|bills
bp snax 24 weoley castle|739|Vehicle Fuel|BP|transport
www.davidssales.co.uk|19|Equip Operational|Davids Sales|shopping/general
asda superstore|1586|Purchases Food|Asda|groceries
ms simply food|391|Purchases Food|M&S Food/M&S Simply Food|groceries
justgiving.com|13|Supplies & Sev Mic|JustGiving|charity
tesco pfs 4203|782|Vehicle Fuel|Tesco Fuel|transport
www.xilo.net|8|Phon NonCentrx Lines|Xilo|bills
www.theworks.co.uk|169|Books|The Works|shopping
currys|71|Equip Other|Currys|shopping
shell cullompton|1|Purchases Food|Shell|transport
www.theconsortium_wms|33|Mat'l Raw/Drct|The Consortium|shopping
shell moorcroft|47|Vehicle Fuel|Shell|transport
holiday inn express|119|Conference Fees Subs UK|Holiday Inn Express|holidays
solent plastics|6|Equip Operational|Solent Plastics|shopping
shell corrida 108|455|Vehicle Fuel|Shell|transport
post office counter|1633|Postage|Post Office|general/shopping
tesco stores 6227|422|Purchases Food|Tesco|groceries
esso midlank link service|22|Vehicle Fuel|Esso|transport
4423|123|Purchases Food||groceries/general
tesco pfs 3953|226|Vehicle Fuel|Tesco Fuel|transport
paypal whitehart|2|Conference Fees Subs UK|White Hart|eating_out/holidays
mil_superstickers-|40|Equip Operational|Super Stickers|shopping
village hotel herons (b)|14|Conference Fees Subs UK|Village Hotel|holidays
starbucks|179|Hospitality|Starbucks|eating_out
artefekz ltd|8|Promotions/Marketing|Artefekz|general/shopping
staples uk|336|Stationery|Staples|shopping
cross country|58|Travel Bus/Rail|CrossCountry|transport
www.royalmail.com|136|Postage|Royal Mail|general/shopping
mercure leicester|7|Conference Fees Subs UK|Mercure|holidays
magsubcriptions com|15|Mat'l Raw/Drct|Magsubscriptions/Magsubcriptions|shopping/entertainment
tex city sstn|195|Vehicle Fuel|Texaco|transport
premier inn|476|Conference Fees Subs UK|Premier Inn|holidays
sainsburys s_mkts|820|Purchases Food|Sainsbury's|groceries
amazon mktplce eu-uk|4664|Books|Amazon|shopping
coordination group publi|23|Books|CGP Books|shopping
mf communications limited|1|Phon NonCentrx Lines|MF Communications|bills
meriden bar|7|Hospitality|Meriden Bar|eating_out
upay ltd  -  roadchef|71|Equip Operational|Roadchef|eating_out
fort harvester|2|Personal Needs|Harvester/Fort Harvester|eating_out
lul ticket machine|180|Travel Bus/Rail|Transport for London/London Underground|transport
tesco pfs 4231|186|Vehicle Fuel|Tesco Fuel|transport
paypal elephone|1|Computing Other|Elephone|shopping
severn trent water|21|Water Services|Severn Trent Water|bills
shell washwood|80|Vehicle Fuel|Shell|transport
m6 toll|383|Ttavel Other (UK)|M6 Toll|transport
ppsaia|1|Training Other|PPSAIA|general
www.sun-leisure.com|1|Equip Operational|Sun Leisure|entertainment/shopping
the beaudesert tru|6|Supplies & Sev Mic|Beaudesert Trust/Beaudesert Tru|entertainment/charity
discount computer|3|Computing Other|Discount Computer|shopping
birmingham bullring|110|Vehicle OthrunCosts|Birmingham Bullring Car Park/Birmingham Bullring|transport
krakatoa|3|Hospitality|Krakatoa|eating_out
leekes melksham|1|Purchases Food|Leekes|shopping
holiday inn york|2|Hospitality|Holiday Inn|holidays
arenas convenience|1|Purchases Food|Arenas Convenience|groceries
paypal slickphones|1|Equip Operational|Slick Phones|shopping
bp chelmsley wood connect|4|Vehicle Fuel|BP|transport
j  a (int) ltd|13|Mat'l Raw/Drct|JA (Int)|general
speedonesportscom|1|Clothing&Uniforms|Speed One Sports/Speedonesportscom|shopping
law society cpd|1|Supplies & Sev Mic|Law Society/Law Society CPD|general/bills
paypal advancedsof|1|Equip Operational|Advanced Software/Advancedsof|shopping/bills
moto frankley s_w cost|6|Purchases Food|Moto/Costa|eating_out
www.raileurope.co.uk|7|Travel Foreign|Rail Europe|transport/holidays
www.watco.co.uk|3|Equip Operational|Watco|shopping
vci ltd|1|Equip Operational|VCI|general/shopping
a2b stationary ltd|1|Stationery|A2B Stationary|shopping
the bentley hotel|8|Conference Fees Subs UK|Bentley Hotel|holidays
greggs - s0497|1|Purchases Food|Greggs|eating_out
bradford leisure|27|Vehicle OthrunCosts|Bradford Leisure|entertainment
google google storage|2|Computing Other|Google|bills/shopping
www.supportwarehou|1|Computing Other|Support Warehouse/Supportwarehou|shopping/bills
central co-op swanhurst|2|Bank & Goro ChgsS|Co-op/Central Co-op|groceries
www.commidea.com|2|Computing Other|Commidea|bills/shopping/general
car airportrentals.com|2|Ttavel Other (UK)|Car Airport Rentals|transport/holidays
b and q 1047|3|Equip Other|B&Q|shopping
aukagora business pub|1|N'Papers&Periodicals|Agora Business Publications/Aukagora Business Pub|shopping
woolmans grdn ctr|3|Equip Operational|Woolmans/Woolmans Garden Centre/Woolmans Grdn Ctr|shopping
spectrumpla|4|Cleaning Materials|Spectrum Plastics/Spectrumpla|shopping
paypal fitnessonli|1|Grounds Maintenance|Fitness Online/Fitnessonli|shopping/health
balfrom bedrooms to b|1|Computing Other|Bedrooms to B/Balfrom Bedrooms to B|shopping/general
first gtr western|3|Travel Bus/Rail|Great Western Railway/First Great Western|transport
snba gbp e-c082419184itc|1|Travel Foreign|SN Brussels Airlines|holidays
indiegogo|1|Training Other|Indiegogo|general/shopping
oasis art and graphics|9|Stationery|Oasis Art and Graphics|shopping
olympic gymnasium|1|Equip Operational|Olympic Gymnasium|health/shopping/entertainment
mabledon ct hotel|1|Conference Fees Subs UK|Mabledon Court Hotel/Mabledon Ct Hotel|holidays
the ginger dog|1|Conference Fees Subs UK|Ginger Dog|eating_out
go metro  trone|1|Conference Fees Subs Foreign|Go Metro/Go Metro Trone|eating_out/groceries
castle bromwich hall h|2|Supplies & Sev Mic|Castle Bromwich Hall Hotel/Castle Bromwich Hall/Castle Bromwich Hall H|holidays
chop and wok|3|Purchases Food|Chop and Wok|eating_out
paypal rotita|1|Equip Operational|Rotita|shopping
mikeayresde|1|Equip Operational|Mike Ayres Design/Mikeayresde|shopping
halfords 0007|1|Equip Operational|Halfords|transport/shopping
tesco pfs 2484|271|Vehicle Fuel|Tesco Fuel|transport
xpres|7|Supplies & Sev Mic|Xpres|shopping/general
roadchef|6|Purchases Food|Roadchef|eating_out
a1 supermarket|2|Purchases Food|A1 Supermarket|groceries
cycleade|2|Equip Operational|Cycleade|shopping
www.leisure.ordnance|4|Equip Operational|Ordnance Survey/Leisure Ordnance|shopping
www.eduquip.co.uk|2|Equip Operational|Eduquip|shopping
rics subs uk cybs|1|Training Other|RICS|general
q park via park magic|1|Supplies & Sev Mic|Q-Park|transport
stratford u-a-b farm d|7|Visits Expenditure|Stratford Butterfly Farm/Stratford upon Avon Butterfly Farm|entertainment
www.greenfingers.com|7|Mat'l Raw/Drct|Greenfingers|shopping
ourweighltd|3|Vehicle R&M|Our Weigh/Ourweighltd|transport/general
the trainline.co|4|Travel Bus/Rail|Trainline|transport
gullivers land|1|Transport Misc|Gullivers Land|entertainment
comfort inn birmingham|8|Other Third Parties|Comfort Inn|holidays
the manor hotel|1|Purchases Food|Manor Hotel|holidays/eating_out
knutsford n_e edc|4|Conference Fees Subs UK|Moto|eating_out
paypal directimpor|1|Supplies & Sev Mic|Direct Imports/Directimpor|shopping/general
coast to coast 5266|2|Hospitality|Coast to Coast|eating_out
ristorante de medici|1|Hospitality|Ristorante de Medici|eating_out
www.eazy-print.com|4|Promotions/Marketing|Eazy Print|shopping/general
iford bridge hotel|1|Purchases Food|Iford Bridge Hotel|holidays/eating_out
paypal xtrafunkylt|1|Equip Other|Xtrafunky/Xtrafunkylt|shopping/general
welcome b_waitrose oxf|22|Conference Fees Subs UK|Welcome Break/Waitrose|eating_out/groceries
nh lyon aeropor|1|Conference Fees Subs Foreign|NH Hotels/NH Lyon Aeroport/NH Lyon Aeropor|holidays
aiguille alpine equipment|1|Equip Operational|Aiguille Alpine Equipment|shopping
santinis restaurant lt|1|Conference Fees Subs UK|Santinis Restaurant|eating_out
paypal persuebin|2|Computing Other|Persuebin|shopping/general
gunwharf carpark upt|1|Vehicle OthrunCosts|Gunwharf Car Park|transport
buck n bubblealot limited|2|Supplies & Sev Mic|Buck n Bubblealot|entertainment/general
office furniture onlin|2|Equip Office|Office Furniture Online|shopping
cash advance fee|400|Supplies & Sev Mic||cash/finances
park grand london hyde|1|Car Parking|Park Grand London Hyde Park/Park Grand London Hyde|holidays
www.neopost.co.uk|56|Stationery|Neopost|general/shopping
rontec wansford|1|Vehicle Fuel|Rontec|transport
ardo medical ltd|4|Supplies & Sev Mic|Ardo Medical|health/shopping
primark 476|36|Clothing&Uniforms|Primark|shopping
dvla dup reg doc|3|Other Agencies|DVLA|transport/bills
`;

export const handChecked: readonly HandChecked[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [descriptor = '', rows = '', imported = '', names = '', categories = ''] = line.split('|');
    return {
      descriptor: descriptor.replaceAll('_', '/'),
      rows: Number(rows),
      imported,
      names: names === '' ? [] : names.split(ALTERNATIVES),
      categories: categories.split(ALTERNATIVES),
    };
  });
